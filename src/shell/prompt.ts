import { createInterface, type Interface } from 'node:readline';
import { complete } from './completion.ts';
import type { History } from './history.ts';
import type { Reader } from './reader.ts';

/** What came from the keyboard: a line, Ctrl-C, or the end (Ctrl-D). */
type Key = { kind: 'line'; line: string } | { kind: 'cancel' } | { kind: 'end' };

/** Reads from a terminal: prompt, history and completion are those of Node's readline. */
export class Prompt {
  readonly #reader: Reader;
  readonly #history: History;
  readonly #readline: Interface;
  readonly #keys: Key[] = [];
  /** The lines since the last statement came to its end. */
  #typed = '';
  /** The current database, and its schema where that is not `main`. */
  #database = '';
  /** How many pieces of work are inside one another. */
  #depth = 0;
  #wake: (() => void) | undefined;

  constructor(reader: Reader, history: History) {
    this.#reader = reader;
    this.#history = history;
    this.#readline = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: true,
      history: [...history.entries],
      historySize: 100_000,
      tabSize: 4,
      completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
        complete(reader, line).then((result) => done(null, result));
      },
    });
    reader.session.around = (work) => this.#leaveTerminal(work);
    this.#readline.on('line', (line) => this.#push({ kind: 'line', line }));
    this.#readline.on('SIGINT', () => this.#push({ kind: 'cancel' }));
    // Ctrl-Z and fg: readline comes back paused.
    this.#readline.on('SIGCONT', () => this.#readline.prompt(true));
    this.#readline.on('close', () => this.#push({ kind: 'end' }));
    // Readline remembers lines, the shell statements: what it has added is put right at once.
    this.#readline.on('history', (lines) => lines.splice(0, lines.length, ...history.entries));
  }

  /** Reads and runs until the end of the input or `.quit`. */
  async run(): Promise<void> {
    const { session } = this.#reader;
    while (!session.hasQuit && !session.cancellation.hasStopped) {
      const key = await this.#next();
      if (key.kind === 'end') {
        process.stdout.write('\n');
        break;
      }
      if (key.kind === 'cancel') this.#cancel();
      else await this.#take(key.line);
      if (session.settings.bail && session.hasFailed) break;
    }
    this.#readline.close();
  }

  async #take(line: string): Promise<void> {
    this.#typed = this.#typed === '' ? line : `${this.#typed}\n${line}`;
    // An entry of the history may have many lines.
    for (const part of line.split('\n')) {
      await this.#reader.feed(part);
      if (this.#reader.session.cancellation.hasStopped) break;
    }
    if (this.#reader.isInsideStatement) return;
    this.#remember(this.#typed);
    this.#typed = '';
  }

  /** While something runs the terminal is left to itself, so that Ctrl-C is a signal again. */
  async #leaveTerminal<T>(work: () => Promise<T>): Promise<T> {
    this.#depth++;
    if (this.#depth === 1) {
      this.#readline.pause();
      process.stdin.setRawMode(false);
    }
    try {
      return await work();
    } finally {
      this.#depth--;
      if (this.#depth === 0) process.stdin.setRawMode(true);
    }
  }

  #remember(entry: string): void {
    this.#history.add(entry);
    const { history } = this.#readline as Interface & { history: string[] };
    history.splice(0, history.length, ...this.#history.entries);
  }

  /** Ctrl-C at the prompt: the typed text stays on the screen and is forgotten. */
  #cancel(): void {
    this.#reader.drop();
    this.#typed = '';
    const readline = this.#readline as Interface & { clearLine(): void };
    process.stdout.write('^C');
    readline.clearLine();
  }

  #push(key: Key): void {
    this.#keys.push(key);
    this.#wake?.();
  }

  async #next(): Promise<Key> {
    if (this.#keys.length === 0) {
      this.#readline.setPrompt(await this.#text());
      // What was typed before the prompt came is part of the line, and the cursor stands behind it.
      this.#readline.prompt(true);
    }
    for (;;) {
      const key = this.#keys.shift();
      if (key !== undefined) return key;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** `memory D `, or as many spaces within a statement. */
  async #text(): Promise<string> {
    if (this.#reader.isInsideStatement) return ' '.repeat(this.#database.length + 3);
    const sql = "SELECT current_database() || if(current_schema() = 'main', '', '.' || current_schema())";
    const [[name] = []] = await this.#reader.session.rows(sql).catch(() => []);
    this.#database = name ?? this.#database;
    return `${this.#database} D `;
  }
}
