import { messageOf } from '../errors.ts';
import { skipBlank } from './skip-blank.ts';

/** What splitting uses of a connection: DuckDB's own parser. */
export interface StatementParser {
  extractStatements(sql: string): Promise<{ readonly count: number }>;
}

/** One statement of a script. */
export interface Statement {
  /** The statement without leading comments, with its semicolon if it has one. */
  text: string;
  /** The line of its first word, counted from 1. */
  line: number;
}

/**
 * Splits a script into its statements, one at a time, so that each can run before the next is parsed.
 *
 * ```ts
 * for await (const { text, line } of splitStatements(connection, script)) { ... }
 * ```
 *
 * DuckDB's parser decides where a statement ends: quotes, dollar quotes and comments are its own. Empty statements and
 * comments are left out. A statement that does not parse is yielded whole; running it gives DuckDB's error.
 */
export async function* splitStatements(connection: StatementParser, script: string): AsyncGenerator<Statement> {
  const text = script.replace(/^\uFEFF/, '');
  const lines = lineCounter(text);
  let start = skipBlank(text, 0);
  while (start < text.length) {
    const end = await statementEnd(connection, text, start);
    yield { text: text.slice(start, end).trimEnd(), line: lines(start) };
    start = skipBlank(text, end);
  }
}

/**
 * Where the statement that begins at `start` ends: behind the first semicolon at which DuckDB sees a further statement as
 * separate. A semicolon inside a quote or a block comment leaves it unterminated, which is an error; one inside a line
 * comment swallows the statements put behind it, so that one more does not count.
 */
async function statementEnd(connection: StatementParser, text: string, start: number): Promise<number> {
  const failures: { end: number; error: string }[] = [];
  for (let end = text.indexOf(';', start) + 1; end > 0; end = text.indexOf(';', end) + 1) {
    const error = await completeness(connection, text.slice(start, end));
    if (error === undefined) return end;
    failures.push({ end, error });
    if (failures.length >= 16 && isPowerOfTwo(failures.length)) {
      const broken = await brokenAt(connection, text.slice(start), failures);
      if (broken !== undefined) return broken;
    }
  }
  return (await brokenAt(connection, text.slice(start), failures)) ?? text.length;
}

/** Undefined when the prefix is a whole statement, otherwise the first line of why not. */
async function completeness(connection: StatementParser, prefix: string): Promise<string | undefined> {
  try {
    const one = await connection.extractStatements(`${prefix}SELECT 1`);
    const two = await connection.extractStatements(`${prefix}SELECT 1;SELECT 1`);
    return two.count === one.count + 1 ? undefined : 'inside a comment';
  } catch (error) {
    return firstLine(error);
  }
}

/** Where a statement ends that is wrong in itself: the shortest prefix with the error of the whole rest. */
async function brokenAt(
  connection: StatementParser,
  rest: string,
  failures: { end: number; error: string }[],
): Promise<number | undefined> {
  try {
    await connection.extractStatements(rest);
  } catch (error) {
    const message = firstLine(error);
    return failures.find((failure) => failure.error === message)?.end;
  }
  return undefined;
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1)[0] ?? '';
}

function isPowerOfTwo(n: number): boolean {
  return (n & (n - 1)) === 0;
}

/** A function that gives the line of a position; positions are asked for in rising order. */
function lineCounter(text: string): (position: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return (position) => {
    while (next >= 0 && next < position) {
      line++;
      next = text.indexOf('\n', next + 1);
    }
    return line;
  };
}
