import { GrowingBytes } from './growing-bytes.ts';
import type { VectorReader } from './vector-reader.ts';

/** The bitmap of an Arrow array, which exists from the first NULL on. */
export class ValidityBuilder {
  length = 0;
  nullCount = 0;
  #bits: GrowingBytes | undefined;

  /** Takes the rows of a vector over, and calls `onNull` for those that are NULL, counted from `start`. */
  append(reader: VectorReader, start: number, count: number, onNull?: (row: number) => void): void {
    const { validity } = reader;
    const first = this.length;
    this.#extend(count);
    if (validity === undefined) return;
    for (let row = 0; row < count; row++) {
      if (isValid(validity, start + row)) continue;
      this.#setNull(first + row);
      onNull?.(row);
    }
  }

  appendValid(count: number): void {
    this.#extend(count);
  }

  finish(): { length: number; nullCount: number; nullBitmap?: Uint8Array } {
    const { length, nullCount } = this;
    return this.#bits === undefined ? { length, nullCount } : { length, nullCount, nullBitmap: this.#bits.bytes };
  }

  #extend(count: number): void {
    this.length += count;
    if (this.#bits !== undefined) fill(this.#bits, Math.ceil(this.length / 8));
  }

  #setNull(row: number): void {
    if (this.#bits === undefined) {
      this.#bits = new GrowingBytes();
      fill(this.#bits, Math.ceil(this.length / 8));
    }
    const { bytes } = this.#bits;
    bytes[row >> 3] = (bytes[row >> 3] as number) & ~(1 << (row & 7));
    this.nullCount++;
  }
}

export function isValid(validity: Uint8Array | undefined, row: number): boolean {
  return validity === undefined || ((validity[row >> 3] as number) & (1 << (row & 7))) !== 0;
}

/** All further bits are 1; those behind the last row have no meaning. */
function fill(bits: GrowingBytes, size: number): void {
  const at = bits.extend(size - bits.length);
  bits.bytes.fill(0xff, at);
}
