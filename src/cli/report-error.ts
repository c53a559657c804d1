import { CommanderError } from 'commander';
import { DuckTopicsError, messageOf } from '../errors.ts';
import { Interrupted } from './interrupt.ts';
import { mendOf } from './sql-mends.ts';
import { StatementError } from './statement-error.ts';

/** The exit code of a command that threw: 2 for a wrong command line, 128 + signal when stopped, otherwise 1. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Interrupted) return error.exitCode;
  return 1;
}

/** Says on standard error what went wrong and, in the last line, what mends it. */
export function reportError(error: unknown): void {
  if (error instanceof Interrupted) {
    console.error(`ducktopics: ${error.message}`);
  } else if (error instanceof DuckTopicsError || error instanceof StatementError) {
    console.error(`ducktopics: ${error.message}`);
    if (error.mend !== undefined) console.error(error.mend);
  } else {
    const message = messageOf(error);
    console.error(`ducktopics: ${message.trimEnd()}`);
    const mend = mendOf(message);
    if (mend !== undefined) console.error(mend);
    else if (!isOfDuckDB(message)) console.error(placesOf(error));
  }
}

/** DuckDB's errors say what is wrong with the statement; where this program ran it is of no use to the reader. */
function isOfDuckDB(message: string): boolean {
  return /^[A-Z][A-Za-z ]* Error: /.test(message);
}

/** The lines of the stack without the message, which stands above them already. */
function placesOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .join('\n');
}
