import { open, rename, rm } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Values } from './checked-stream.ts';
import { type IpcFormat, ipcBytes } from './ipc-bytes.ts';
import { arrowResult } from './query-arrow.ts';

export interface WriteArrowOptions {
  /** Default: `file` for a name that ends with `.arrow` or `.feather`, otherwise `stream`. */
  format?: IpcFormat;
  /** The values of the statement's parameters. */
  values?: Values;
}

/**
 * Runs one statement and yields its rows as the bytes of an Arrow IPC stream, for a pipe, a socket or an HTTP response.
 *
 * ```ts
 * await pipeline(arrowStream(db.connection, 'FROM assignments'), response);
 * ```
 *
 * Memory does not grow with the number of rows, as of `arrowBatches`. A query that fails half-way throws its error, and the stream
 * lacks its end mark.
 */
export async function* arrowStream(
  connection: DuckDBConnection,
  sql: string,
  values?: Values,
): AsyncGenerator<Uint8Array> {
  yield* ipcBytes(await arrowResult(connection, sql, values));
}

/**
 * Runs one statement and writes its rows to an Arrow IPC file; returns their number.
 *
 * ```ts
 * await writeArrow(db.connection, 'FROM assignments', 'assignments.arrow');
 * ```
 *
 * The file appears whole or not at all, in place of one of that name. Memory does not grow with the number of rows, as of
 * `arrowBatches`.
 */
export async function writeArrow(
  connection: DuckDBConnection,
  sql: string,
  path: string,
  options: WriteArrowOptions = {},
): Promise<number> {
  const format = options.format ?? (/\.(arrow|feather)$/i.test(path) ? 'file' : 'stream');
  const result = await arrowResult(connection, sql, options.values);
  let rowCount = 0;
  const counted = {
    schema: result.schema,
    async *batches() {
      for await (const batch of result.batches()) {
        rowCount += batch.numRows;
        yield batch;
      }
    },
  };
  const unfinished = `${path}.${process.pid}.tmp`;
  const file = await open(unfinished, 'w');
  try {
    try {
      for await (const piece of ipcBytes(counted, format)) await file.writeFile(piece);
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return rowCount;
}
