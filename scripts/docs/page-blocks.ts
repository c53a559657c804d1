/** A piece of a Markdown page: prose, or a fenced block. The pieces put together again are the page. */
export type Piece = { kind: 'text'; text: string } | Block;

export interface Block {
  kind: 'block';
  /** What stands behind the fence: `sql`, `sh`, `console`, or nothing. */
  language: string;
  /** The lines between the fences. */
  body: string;
  /** The line of the page on which the block opens, counted from 1. */
  line: number;
  /** Why the block is not run: `<!-- not run: REASON -->` on the line above. */
  notRun?: string;
}

const fence = '```';

/** Takes a page apart. Throws `missing end of the block at line 12`. */
export function readPieces(page: string): Piece[] {
  const pieces: Piece[] = [];
  let text: string[] = [];
  let block: { language: string; body: string[]; line: number } | undefined;
  for (const [index, line] of page.split('\n').entries()) {
    if (block !== undefined) {
      if (line.trimEnd() === fence) {
        pieces.push(finished(block, text));
        [block, text] = [undefined, []];
      } else block.body.push(line);
    } else if (line.startsWith(fence)) {
      if (text.length > 0) pieces.push({ kind: 'text', text: text.join('\n') });
      block = { language: line.slice(fence.length).trim(), body: [], line: index + 1 };
    } else text.push(line);
  }
  if (block !== undefined) throw new Error(`missing end of the block at line ${block.line}`);
  return [...pieces, { kind: 'text', text: text.join('\n') }];
}

/** The page of these pieces. */
export function writePieces(pieces: Piece[]): string {
  return pieces
    .map((piece) =>
      piece.kind === 'text' ? piece.text : `${fence}${piece.language}\n${withNewline(piece.body)}${fence}`,
    )
    .join('\n');
}

function finished(block: { language: string; body: string[]; line: number }, textBefore: string[]): Block {
  const { language, body, line } = block;
  const notRun = /^<!-- not run: (.+) -->$/.exec(textBefore.at(-1)?.trim() ?? '')?.[1];
  return { kind: 'block', language, body: body.join('\n'), line, ...(notRun !== undefined && { notRun }) };
}

function withNewline(body: string): string {
  return body === '' ? '' : `${body}\n`;
}
