import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import { StatementType } from '@duckdb/node-api';
import { runStatement } from '../sql/run-statement.ts';
import { type Statement, splitStatements } from '../sql/split-statements.ts';
import { hasRows, type ResultPrinter } from './print-result.ts';
import type { Progress } from './progress.ts';
import { StatementError } from './statement-error.ts';
import { timeZoneOf } from './time-zone.ts';

export interface Script {
  /** How errors and progress name it: the path as it was given. */
  name: string;
  text: string;
}

export interface ScriptRun {
  /** Prints the statements' results; without it they are read and dropped. */
  printer?: ResultPrinter;
  progress: Progress;
  /** Throws when a signal asks to stop. */
  checkpoint: () => void;
}

/** Runs a script statement by statement; the first error ends it with a `StatementError`. */
export async function runScript(connection: DuckDBConnection, script: Script, run: ScriptRun): Promise<void> {
  for await (const statement of splitStatements(connection, script.text)) {
    run.checkpoint();
    run.progress.start(`${script.name}:${statement.line}`, statement.text);
    try {
      run.progress.finish(await runOne(connection, statement, run));
    } catch (error) {
      run.progress.abandon();
      run.checkpoint();
      throw new StatementError(script.name, statement, error);
    }
  }
}

/** Runs one statement and returns how many rows it gave or changed; undefined where that means nothing. */
async function runOne(connection: DuckDBConnection, statement: Statement, run: ScriptRun): Promise<number | undefined> {
  const timeZone = await timeZoneOf(connection);
  const result = await runStatement(connection, statement);
  if (hasRows(result) && run.printer !== undefined) {
    return run.printer.print(result, timeZone, () => run.progress.pause());
  }
  return countRows(result);
}

/** Reads a result to its end. A table made from a query tells its rows in a column named Count. */
async function countRows(result: DuckDBResult): Promise<number | undefined> {
  let rows = 0;
  let count: unknown;
  for await (const chunk of result) {
    rows += chunk.rowCount;
    count ??= chunk.getRows()[0]?.[0];
  }
  if (hasRows(result)) return rows;
  const counts = [
    StatementType.CREATE,
    StatementType.INSERT,
    StatementType.UPDATE,
    StatementType.DELETE,
    StatementType.COPY,
  ];
  return counts.includes(result.statementType) && typeof count === 'bigint' ? Number(count) : undefined;
}
