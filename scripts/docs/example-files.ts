import { writeFileSync } from 'node:fs';

/** Writes the files that examples read into the current folder. */
export function writeExampleFiles(): void {
  writeFileSync(
    'tiny.npy',
    npy([
      [0.5, 1.5],
      [2.5, 3.5],
      [4.5, 5.5],
    ]),
  );
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
