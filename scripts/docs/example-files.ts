import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromArrays, tableToIPC } from 'apache-arrow';

/** Writes the files that examples read: `tiny.npy`, 3 x 2, `message_embeddings.npy`, 500 x 8, and `assignments.arrow`. */
export function writeExampleFiles(folder: string): void {
  const tiny = Array.from({ length: 3 }, (_, row) => [2 * row + 0.5, 2 * row + 1.5]);
  const messages = Array.from({ length: 500 }, (_, row) => Array.from({ length: 8 }, (_, i) => Math.sin(row * 8 + i)));
  const assignments = tableFromArrays({ id: Int32Array.of(1, 2, 3), cluster_id: Int32Array.of(4, 0, 4) });
  writeFileSync(join(folder, 'assignments.arrow'), tableToIPC(assignments, 'file'));
  writeFileSync(join(folder, 'tiny.npy'), npy(tiny));
  writeFileSync(join(folder, 'message_embeddings.npy'), npy(messages));
}

/** A float32 matrix as a NumPy file (format 1.0). */
function npy(rows: number[][]): Buffer {
  const shape = `(${rows.length}, ${rows[0]?.length ?? 0})`;
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
  const padding = ' '.repeat(63 - ((10 + header.length) % 64));
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length + padding.length + 1);
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    length,
    Buffer.from(`${header}${padding}\n`),
    Buffer.from(Float32Array.from(rows.flat()).buffer),
  ]);
}
