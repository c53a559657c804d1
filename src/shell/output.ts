import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { messageOf } from '../errors.ts';

/** Where results go: standard output, or a file of `.output` and `.once`. */
export class Output {
  #file: { descriptor: number; isForOne: boolean } | undefined;

  /** The width of the terminal; undefined for a file or a pipe, whose lines may be long. */
  get width(): number | undefined {
    if (this.#file !== undefined || !process.stdout.isTTY) return undefined;
    return process.stdout.columns > 0 ? process.stdout.columns : 80;
  }

  /** Sends what follows to a file, or only the next result with `isForOne`. */
  open(path: string, isForOne: boolean): void {
    this.close();
    try {
      this.#file = { descriptor: openSync(path, 'w'), isForOne };
    } catch (error) {
      throw new Error(`cannot open "${path}": ${messageOf(error).replace(/, open '.*$/s, '')}`);
    }
  }

  /** Goes back to standard output. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file.descriptor);
    this.#file = undefined;
  }

  /** The input that `.once` was for has been run. */
  endOfInput(): void {
    if (this.#file?.isForOne) this.close();
  }

  async write(text: string): Promise<void> {
    if (this.#file === undefined) {
      if (!process.stdout.write(text)) await once(process.stdout, 'drain');
      return;
    }
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.length; ) start += writeSync(this.#file.descriptor, bytes, start);
  }
}
