import type { DuckDBDataChunk, DuckDBType } from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';
import type { Data, Field, RecordBatch, Schema } from 'apache-arrow';
import { chunkRows } from './chunk-rows.ts';
import { fillerOf } from './duckdb-types.ts';
import type { Filler } from './fill-vector.ts';

/** Writes record batches of one schema into DuckDB's chunks. */
export class BatchWriter {
  readonly columns: readonly { readonly name: string; readonly type: DuckDBType }[];
  readonly #fillers: Filler[];

  /** Throws `unknown type: ... of column ...` for what DuckDB does not have, and where there is no column. */
  constructor(schema: Schema) {
    if (schema.fields.length === 0) throw new Error('expected at least 1 column, got 0');
    this.#fillers = schema.fields.map((field: Field) => fillerOf(field));
    this.columns = schema.fields.map(({ name }, at) => ({ name, type: (this.#fillers[at] as Filler).type }));
  }

  /** Fills a chunk with rows of a batch from `start` on; `chosen` are the columns that the chunk has. Returns their number. */
  fill(chunk: DuckDBDataChunk, batch: RecordBatch, start: number, chosen: readonly number[]): number {
    const count = Math.min(chunkRows, batch.numRows - start);
    chunk.rowCount = count;
    for (const [place, column] of chosen.entries()) {
      const data = batch.data.children[column] as Data | undefined;
      // A query that needs no column, as count(*), asks for one that is not there.
      if (data === undefined) continue;
      if (data.length < batch.numRows) throw new Error('expected Arrow IPC, got a damaged batch');
      this.#fillers[column]?.fill(bindings.data_chunk_get_vector(chunk.chunk, place), { data, start, count });
    }
    return count;
  }
}
