import type { DuckDBConnection, DuckDBDataChunk, DuckDBType } from '@duckdb/node-api';
import { makeData, RecordBatch, Schema, Struct, Table } from 'apache-arrow';
import { arrowField } from './arrow-types.ts';
import { type CheckedResult, checkedResult, type Values } from './checked-stream.ts';
import { builderOf } from './column-builder.ts';
import { readColumn } from './vector-reader.ts';

/** A result as Arrow: its schema at once, its rows as they are made. */
export interface ArrowResult {
  readonly schema: Schema;
  /** The rows, to be read once, in batches of up to 8 MB. Throws the query's error, also one that comes after the first rows. */
  batches(): AsyncGenerator<RecordBatch>;
}

/**
 * Runs one statement and returns its rows as an Arrow table.
 *
 * ```ts
 * const table = await queryArrow(db.connection, 'FROM assignments WHERE cluster_id = $1', [7]);
 * ```
 *
 * The table holds all rows in memory; `arrowBatches` gives them bit by bit.
 */
export async function queryArrow(connection: DuckDBConnection, sql: string, values?: Values): Promise<Table> {
  const { schema, batches } = await arrowResult(connection, sql, values);
  const all: RecordBatch[] = [];
  for await (const batch of batches()) all.push(batch);
  return new Table(schema, all);
}

/**
 * Runs one statement and yields its rows as Arrow record batches, in memory that does not grow with their number. Where
 * `preserve_insertion_order` is off, and for what is no query, DuckDB holds all rows until the last is read.
 *
 * ```ts
 * for await (const batch of arrowBatches(db.connection, 'SELECT id, embedding FROM messages')) { ... }
 * ```
 *
 * A query that fails half-way throws its error after the batches that it gave. The connection is busy until the last batch: another
 * statement on it ends the result with an error.
 */
export async function* arrowBatches(
  connection: DuckDBConnection,
  sql: string,
  values?: Values,
): AsyncGenerator<RecordBatch> {
  const { batches } = await arrowResult(connection, sql, values);
  yield* batches();
}

/** Runs one statement; for those that need the schema before the first row. */
export async function arrowResult(connection: DuckDBConnection, sql: string, values?: Values): Promise<ArrowResult> {
  return toArrowResult(await checkedResult(connection, sql, values));
}

/** The rows of a result in Arrow's form. */
export function toArrowResult(result: CheckedResult): ArrowResult {
  const schema = new Schema(result.columns.map(({ name, type }) => arrowField(name, type)));
  const makers = result.columns.map(({ type }, at) => builderOf(type, schema.fields[at] as Schema['fields'][0]));
  return {
    schema,
    async *batches() {
      let gathered = makers.map((make) => make());
      let rowCount = 0;
      let bytes = 0;
      const take = (): RecordBatch => {
        const children = gathered.map((builder) => builder.finish());
        const data = makeData({ type: new Struct(schema.fields), length: rowCount, nullCount: 0, children });
        gathered = makers.map((make) => make());
        rowCount = 0;
        bytes = 0;
        return new RecordBatch(schema, data);
      };
      for await (const chunk of result.chunks()) {
        rowCount += chunk.rowCount;
        bytes += append(chunk);
        if (rowCount >= mostRows || bytes >= mostBytes) yield take();
      }
      if (rowCount > 0) yield take();

      function append(chunk: DuckDBDataChunk): number {
        let size = 0;
        for (const [at, { type }] of result.columns.entries()) {
          const before = gathered[at]?.byteLength ?? 0;
          gathered[at]?.append(readColumn(chunk, at, type as DuckDBType), 0, chunk.rowCount);
          size += (gathered[at]?.byteLength ?? 0) - before;
        }
        return size;
      }
    },
  };
}

const mostRows = 32 * 2048;
const mostBytes = 8 * 1024 * 1024;
