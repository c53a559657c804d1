import { closeSync, openSync, writeSync } from 'node:fs';
import { type DuckDBConnection, DuckDBFloatVector, DuckDBIntegerVector, DuckDBListVector } from '@duckdb/node-api';

/**
 * Saves the only column of a query, INTEGER or FLOAT[] without NULLs, as a .npy file: `<i4` of shape (n), `<f4` of (n, d).
 * Throws for any other type.
 */
export async function saveNpy(connection: DuckDBConnection, sql: string, file: string): Promise<void> {
  const result = await connection.stream(sql);
  const parts: (Int32Array | Float32Array)[] = [];
  let rows = 0;
  let columns: number | undefined;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    const vector = chunk.getColumnVector(0);
    if (vector instanceof DuckDBIntegerVector) {
      parts.push(Int32Array.from({ length: chunk.rowCount }, (_, row) => vector.getItem(row) ?? -1));
    } else if (vector instanceof DuckDBListVector) {
      for (let row = 0; row < chunk.rowCount; row++) {
        const item = vector.getItemVector(row);
        if (!(item instanceof DuckDBFloatVector)) throw new Error(`invalid column: ${sql}, expected FLOAT[]`);
        columns = item.itemCount;
        parts.push(Float32Array.from({ length: columns }, (_, i) => item.getItem(i) ?? Number.NaN));
      }
    } else {
      throw new Error(`invalid column: ${sql}, expected INTEGER or FLOAT[], got ${vector.type}`);
    }
    rows += chunk.rowCount;
  }
  const out = openSync(file, 'w');
  writeSync(out, npyHeader(columns === undefined ? '<i4' : '<f4', columns === undefined ? [rows] : [rows, columns]));
  for (const part of parts) writeSync(out, new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  closeSync(out);
}

/** The first bytes of a .npy file, up to its numbers. */
export function npyHeader(dtype: string, shape: number[]): Uint8Array {
  const shapeText = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${shapeText}), }`;
  const size = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const bytes = Buffer.alloc(10 + size, ' ');
  bytes.write('\x93NUMPY\x01\x00', 'latin1');
  bytes.writeUInt16LE(size, 8);
  bytes.write(text, 10, 'latin1');
  bytes.write('\n', 9 + size, 'latin1');
  return bytes;
}
