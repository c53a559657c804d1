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
  const extracted = await connection.extractStatements('\n'.repeat(statement.line - 1) + statement.text);
  // One statement of SQL can be several of DuckDB's: PIVOT first creates a type.
  for (let index = 0; index < extracted.count - 1; index++) {
    await use(await extracted.prepare(index), (prepared) => prepared.run());
  }
  const last = await extracted.prepare(extracted.count - 1);
  return use(last, (prepared) => prepared.run());
}

async function use<T>(prepared: DuckDBPreparedStatement, work: (prepared: DuckDBPreparedStatement) => Promise<T>) {
  try {
    return await work(prepared);
  } finally {
    prepared.destroySync();
  }
}
