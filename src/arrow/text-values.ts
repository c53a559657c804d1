import type { Data } from 'apache-arrow';
import { bytesOf, damaged } from './fill-vector.ts';

/** The bytes of each row of a text or binary array. */
export function bytesOfRow(data: Data): (row: number) => Uint8Array {
  const offsets = data.valueOffsets as Int32Array | BigInt64Array;
  return (row) => {
    const from = Number(offsets[row]);
    const to = Number(offsets[row + 1]);
    if (!(from <= to)) throw damaged();
    return bytesOf(data.values, from, to - from);
  };
}

/** Rows of one width. */
export function wideBytesOfRow(width: number): (data: Data) => (row: number) => Uint8Array {
  return (data) => (row) => bytesOf(data.values, row * width, width);
}

/** Rows as views: up to 12 bytes lie in the view, longer ones in a further buffer, behind 4 bytes that are repeated. */
export function viewedBytesOfRow(data: Data): (row: number) => Uint8Array {
  return (row) => {
    const bytes = bytesOf(data.values, row * 16, 16);
    const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
    const length = view.getInt32(0, true);
    if (length <= 12) return bytesOf(bytes, 4, length);
    return bytesOf(data.variadicBuffers[view.getInt32(8, true)], view.getInt32(12, true), length);
  };
}
