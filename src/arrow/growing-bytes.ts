/** Bytes that grow at their end. */
export class GrowingBytes {
  length = 0;
  #bytes: Uint8Array;

  constructor(capacity = 4096) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Makes room for `count` more bytes, which are 0, and returns the place of the first. */
  extend(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
    }
    return at;
  }

  push(bytes: Uint8Array): void {
    const at = this.extend(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** All bytes so far; writing into them changes these. They are no longer these after the next `extend`. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}
