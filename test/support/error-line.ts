import { messageOf } from '../../src/errors.ts';

/**
 * The first line of the error that a query ends with, without DuckDB's own words in front of it:
 * `read_npy: missing.npy: no such file`. Throws when the query succeeds.
 */
export async function errorLine(query: Promise<unknown>): Promise<string> {
  try {
    await query;
  } catch (error) {
    const [line = ''] = messageOf(error).split('\n');
    return line.replace(/^[A-Z][A-Za-z ]*Error: /, '');
  }
  throw new Error('the query succeeded');
}
