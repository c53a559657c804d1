import { messageOf } from '../errors.ts';
import type { Statement } from '../sql/split-statements.ts';
import { mendOf } from './sql-mends.ts';

/** A statement of a script that failed: where it stands, what DuckDB says, the statement. */
export class StatementError extends Error {
  override readonly name = 'StatementError';
  readonly mend: string | undefined;
  /** What DuckDB says, without place and excerpt. */
  readonly reason: string;

  constructor(place: string, statement: Statement, cause: unknown) {
    const reason = messageOf(cause)
      .replace(/^Failed to extract statements: /, '')
      .trimEnd();
    super(`${place}:${statement.line}: ${reason}\n\n${excerpt(statement)}`, { cause });
    this.reason = reason;
    this.mend = mendOf(reason);
  }
}

const shownLines = 12;

/** The statement with its line numbers, its end left out when it is long. */
function excerpt(statement: Statement): string {
  const lines = statement.text.split(/\r?\n/);
  const width = String(statement.line + Math.min(lines.length, shownLines)).length;
  const shown = lines
    .slice(0, shownLines)
    .map((line, index) => `${String(statement.line + index).padStart(width + 2)} | ${line.slice(0, 160)}`);
  if (lines.length > shownLines) shown.push(`${' '.repeat(width + 2)} | ... ${lines.length - shownLines} more lines`);
  return shown.join('\n');
}
