import type { DuckDBResult } from '@duckdb/node-api';
import { type CheckedResult, streamedResult, wholeResult } from '../arrow/checked-stream.ts';
import { ipcBytes } from '../arrow/ipc-bytes.ts';
import { toArrowResult } from '../arrow/query-arrow.ts';
import { DuckTopicsError } from '../errors.ts';
import { runStatement } from '../sql/run-statement.ts';
import { splitStatements } from '../sql/split-statements.ts';
import type { DatabaseOptions } from './database-options.ts';
import { hasRows, writeOut } from './print-result.ts';
import { withLast } from './query.ts';
import { StatementError } from './statement-error.ts';
import { withDatabase } from './with-database.ts';

/**
 * Runs the statements of `script` and writes the result of the last one that has rows as an Arrow IPC stream on standard output.
 *
 * A last statement that is a query is streamed, in memory that does not grow with its rows. Where it fails half-way the stream has no
 * end mark.
 */
export async function queryArrow(script: string, place: string, options: DatabaseOptions): Promise<void> {
  if (process.stdout.isTTY) {
    throw new DuckTopicsError('invalid format: arrow is not text, and standard output is a terminal', {
      mend: 'write it to a file or a pipe: --format arrow > result.arrows',
    });
  }
  await withDatabase(options, async (db, checkpoint, stopped) => {
    let latest: DuckDBResult | undefined;
    for await (const { statement, isLast } of withLast(splitStatements(db.connection, script))) {
      checkpoint();
      try {
        let toWrite: CheckedResult | undefined;
        if (isLast) {
          const text = '\n'.repeat(statement.line - 1) + statement.text;
          toWrite = await streamedResult(db.connection, text);
        }
        if (toWrite === undefined) {
          const result = await runStatement(db.connection, statement);
          if (hasRows(result)) latest = result;
          if (isLast && latest !== undefined) toWrite = wholeResult(latest);
        }
        if (toWrite !== undefined) await write(toWrite, checkpoint, stopped);
      } catch (error) {
        checkpoint();
        throw new StatementError(place, statement, error);
      }
    }
  });
}

async function write(result: CheckedResult, checkpoint: () => void, stopped: AbortSignal): Promise<void> {
  for await (const bytes of ipcBytes(toArrowResult(result))) {
    checkpoint();
    await writeOut(bytes, stopped);
  }
}
