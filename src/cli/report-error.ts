import { CommanderError } from 'commander';
import { DuckTopicsError, messageOf } from '../errors.ts';
import { Interrupted } from './interrupt.ts';
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
    console.error(`ducktopics: ${messageOf(error)}`);
    if (error instanceof Error && error.stack !== undefined) console.error(error.stack);
  }
}
