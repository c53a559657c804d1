import { readFileSync } from 'node:fs';
import { type DuckDBDataChunk, type DuckDBFloatVector, DuckDBListVector } from '@duckdb/node-api';

/** The numbers of all rows of a chunk's column, as node-api holds them: no copy here. Throws where rows are not side by side. */
export function embeddingsOf(chunk: DuckDBDataChunk, column: number, d: number): Float32Array {
  const lists = chunk.getColumnVector(column);
  if (!(lists instanceof DuckDBListVector)) throw new Error(`invalid embedding: ${lists.type}`);
  const first = lists.getEntryOffset(0);
  for (let row = 0; row < chunk.rowCount; row++) {
    if (lists.getEntryOffset(row) !== first + row * d) throw new Error('invalid chunk: rows are apart');
  }
  // The typed array is private, but a call for each number would be most of what is measured.
  const { items } = lists.childVector as DuckDBFloatVector as unknown as { items: Float32Array };
  return items.subarray(first, first + chunk.rowCount * d);
}

/** The matrix of a .npy file of `<f4`. */
export function readNpy(file: string): { values: Float32Array; rows: number; d: number } {
  const bytes = readFileSync(file);
  const start = 10 + bytes.readUInt16LE(8);
  const [, rows, d] = /'shape': \((\d+), (\d+)\)/.exec(bytes.toString('latin1', 10, start)) ?? [];
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
  return { values, rows: Number(rows), d: Number(d) };
}
