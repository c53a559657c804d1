/**
 * Collects the lines of a statement until it is complete: until a semicolon stands at the end of a line, outside of quotes and
 * comments. Each line is looked at once, however long the statement.
 */
export class StatementBuffer {
  #lines: string[] = [];
  #inside: Inside = { kind: 'statement' };
  #endsWithSemicolon = false;

  /** The lines so far. */
  get text(): string {
    return this.#lines.join('\n');
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  get isComplete(): boolean {
    return this.#inside.kind === 'statement' && this.#endsWithSemicolon;
  }

  add(line: string): void {
    this.#lines.push(line);
    this.#scan(line);
  }

  /** Gives the lines and begins anew. */
  take(): string {
    const { text } = this;
    this.#lines = [];
    this.#inside = { kind: 'statement' };
    this.#endsWithSemicolon = false;
    return text;
  }

  #scan(line: string): void {
    let position = 0;
    while (position < line.length) {
      const inside = this.#inside;
      if (inside.kind === 'comment') position = this.#scanComment(line, position, inside.depth);
      else if (inside.kind === 'quote') position = this.#scanQuote(line, position, inside);
      else if (line.startsWith('--', position)) return;
      else position = this.#scanStatement(line, position);
    }
  }

  #scanStatement(line: string, position: number): number {
    if (line.startsWith('/*', position)) {
      this.#inside = { kind: 'comment', depth: 1 };
      return position + 2;
    }
    const char = line.charAt(position);
    if (char === ';') this.#endsWithSemicolon = true;
    else if (!/\s/.test(char)) this.#endsWithSemicolon = false;
    const before = line.slice(0, position);
    if (char === "'" || char === '"') {
      this.#inside = { kind: 'quote', end: char, hasEscapes: char === "'" && /(^|[^\w$])e$/i.test(before) };
    } else if (char === '$' && !/[\w$\u0080-\uffff]$/.test(before)) {
      const tag = /^\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(line.slice(position))?.[0];
      if (tag !== undefined) {
        this.#inside = { kind: 'quote', end: tag, hasEscapes: false };
        return position + tag.length;
      }
    }
    return position + 1;
  }

  /** A doubled quote ends the text and begins the next, which comes to the same. */
  #scanQuote(line: string, position: number, { end, hasEscapes }: Quote): number {
    if (hasEscapes && line.charAt(position) === '\\') return position + 2;
    if (!line.startsWith(end, position)) return position + 1;
    if (hasEscapes && line.startsWith(end, position + 1)) return position + 2;
    this.#inside = { kind: 'statement' };
    return position + end.length;
  }

  #scanComment(line: string, position: number, depth: number): number {
    const isStart = line.startsWith('/*', position);
    if (!isStart && !line.startsWith('*/', position)) return position + 1;
    const newDepth = depth + (isStart ? 1 : -1);
    this.#inside = newDepth === 0 ? { kind: 'statement' } : { kind: 'comment', depth: newDepth };
    return position + 2;
  }
}

interface Quote {
  kind: 'quote';
  end: string;
  /** Whether a backslash takes the next character with it, as in `e'it\'s'`. */
  hasEscapes: boolean;
}

type Inside = { kind: 'statement' } | Quote | { kind: 'comment'; depth: number };
