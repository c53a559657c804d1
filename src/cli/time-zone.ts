import type { DuckDBConnection } from '@duckdb/node-api';

/** The time zone in which a connection shows times; asked before a query, whose streamed rows another query would end. */
export async function timeZoneOf(connection: DuckDBConnection): Promise<string> {
  const result = await connection.run("SELECT current_setting('TimeZone')");
  return String((await result.getRows())[0]?.[0] ?? 'UTC');
}
