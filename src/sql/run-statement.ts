import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBResult } from '@duckdb/node-api';
import type { Statement } from './split-statements.ts';

/**
 * Runs one statement to its end and returns its rows, which DuckDB keeps.
 *
 * Rows are never streamed: where a query fails after its first rows, node-api's streams end as if that were all.
 *
 * Line breaks are put before the text, so that the `LINE n:` of DuckDB's errors is the line of the script.
 */
export async function runStatement(connection: DuckDBConnection, statement: Statement): Promise<DuckDBResult> {
  let last: DuckDBResult | undefined;
  // One statement of SQL can be several of DuckDB's: PIVOT first creates a type.
  for await (const result of runEach(connection, '\n'.repeat(statement.line - 1) + statement.text)) last = result;
  if (last === undefined) throw new Error('Failed to prepare statement: no statement');
  return last;
}

/**
 * Runs the statements of `sql` one after the other and yields the result of each, all its rows kept by DuckDB. Nothing runs
 * when one of them does not parse; the first that fails ends the rest.
 */
export async function* runEach(connection: DuckDBConnection, sql: string): AsyncGenerator<DuckDBResult> {
  const extracted = await connection.extractStatements(sql);
  for (let index = 0; index < extracted.count; index++) {
    yield await use(await extracted.prepare(index), (prepared) => prepared.run());
  }
}

async function use<T>(prepared: DuckDBPreparedStatement, work: (prepared: DuckDBPreparedStatement) => Promise<T>) {
  try {
    return await work(prepared);
  } finally {
    prepared.destroySync();
  }
}
