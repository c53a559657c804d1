import type { DuckDBConnection } from '@duckdb/node-api';
import { createProgress, type Progress } from '../progress.ts';
import { reportError } from '../report-error.ts';
import type { Failure } from './exit-codes.ts';

/** What is known of a run when it ends. */
export interface RunEnd {
  /** How many statements ended well. */
  statements: number;
  /** A transaction was given up: what it had done is not in the database. */
  rolledBack: boolean;
}

/** Tells what a run does, on standard error; standard output is for results. */
export interface RunLog {
  start(scripts: string[], database: string): void;
  /** Another process holds the lock, and the run waits. */
  wait(holder: string): void;
  /** Follows the statements of a connection. */
  follow(connection: DuckDBConnection): Promise<Progress>;
  end(end: RunEnd): void;
  fail(error: unknown, failure: Failure, end: RunEnd): void;
}

/** For people: one line a statement, a bar on a terminal, the error with its statement. */
export function createTextLog(database: string): RunLog {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  return {
    start() {},
    wait: (holder) => say(`waiting for ${holder}`),
    follow: (connection) => createProgress(connection),
    end() {},
    fail(error, _failure, { statements, rolledBack }) {
      reportError(error);
      const mayMatter = database !== ':memory:' && statements > 0;
      if (rolledBack && mayMatter) say('rolled back: nothing of the transaction is kept');
    },
  };
}
