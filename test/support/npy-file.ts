import { writeFileSync } from 'node:fs';

export interface NpyOptions {
  /** NumPy's name of the number type. Default: `<f4`. */
  descr?: string;
  /** The format's major version. Default: 1. */
  version?: number;
  /** The dictionary, where it is not the one that numpy would write. */
  header?: string;
}

/** Writes a `.npy` file as numpy.save does: the header padded to a multiple of 64 bytes, then `data`. */
export function writeNpy(path: string, shape: number[], data: ArrayBufferView, options: NpyOptions = {}): void {
  const { descr = '<f4', version = 1 } = options;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const header = options.header ?? `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  writeFileSync(path, Buffer.concat([npyStart(header, version), bytes]));
}

/** The bytes of a `.npy` file before its numbers. */
export function npyStart(header: string, version = 1): Buffer {
  const lengthBytes = version === 1 ? 2 : 4;
  const start = 8 + lengthBytes;
  const padded = `${header.padEnd(Math.ceil((start + header.length + 1) / 64) * 64 - start - 1)}\n`;
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntLE(padded.length, 0, lengthBytes);
  return Buffer.concat([Buffer.from('\x93NUMPY', 'latin1'), Buffer.from([version, 0]), length, Buffer.from(padded)]);
}
