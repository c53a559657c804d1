import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import type { RecordBatch, Schema } from 'apache-arrow';
import { messageOf } from '../errors.ts';
import { checkFooter, checkMetadata } from './check-metadata.ts';
import { arrow, Footer } from './lazy-arrow.ts';

/**
 * A file in Arrow's IPC format, stream or file (Feather V2), read from its beginning, one batch at a time.
 *
 * It is opened for each piece and closed again, so that a scan that is given up leaves nothing open; a file that changes meanwhile is
 * an error. A stream without its end mark, and a file without its footer, are errors too: the program that wrote it did not get to
 * its end.
 */
export class IpcFile {
  readonly path: string;
  readonly #stats: Stats;

  constructor(path: string) {
    this.path = path;
    const descriptor = openSync(path, 'r');
    try {
      this.#stats = fstatSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (!this.#stats.isFile())
      throw new Error(`expected a file, got ${this.#stats.isDirectory() ? 'a folder' : 'a pipe or a device'}`);
  }

  /** Whether it is still the file that was opened first. */
  isSame(other: IpcFile): boolean {
    return this.#isSame(other.#stats);
  }

  /** The schema, and the batches of rows in their order. */
  read(): { schema: Schema; batches: Iterator<RecordBatch> } {
    const reader = arrow().RecordBatchReader.from(this.#messages()).open() as unknown as Iterator<RecordBatch> & {
      schema: Schema | undefined;
    };
    if (reader.schema === undefined || reader.schema === null)
      throw new Error('expected a schema, got the end of the stream');
    return { schema: reader.schema, batches: reader };
  }

  /** The messages, each as its head and its body: the schema, then dictionaries and batches. */
  #messages(): Generator<Uint8Array> {
    const magic = Buffer.from(this.#bytes(0, Math.min(6, this.#stats.size))).toString('latin1');
    return magic === 'ARROW1' ? this.#messagesOfFile() : this.#messagesOfStream();
  }

  *#messagesOfStream(): Generator<Uint8Array> {
    const end = this.#stats.size;
    for (let at = 0; ; ) {
      if (at + 4 > end) throw cutShort();
      const [first, second] = new Int32Array(this.#bytes(at, Math.min(8, end - at) & ~3).buffer);
      // Before Arrow 0.15 a message began with its length.
      const prefix = first === -1 ? 8 : 4;
      const length = first === -1 ? second : first;
      if (length === 0) return;
      if (length === undefined) throw cutShort();
      if (length < 0) throw notArrow();
      at = yield* this.#message(at, prefix, length, end);
    }
  }

  /** The footer has the schema, and says where the others lie. */
  *#messagesOfFile(): Generator<Uint8Array> {
    const { size } = this.#stats;
    if (size < 18) throw cutShort();
    const tail = Buffer.from(this.#bytes(size - 10, 10));
    if (tail.toString('latin1', 4) !== 'ARROW1') throw cutShort();
    const length = tail.readInt32LE(0);
    if (length < 0 || length > size - 18) throw notArrow();
    const footer = decoded(() => {
      const bytes = this.#bytes(size - 10 - length, length);
      checkFooter(bytes);
      return Footer().decode(bytes);
    });
    const { Message } = arrow();
    yield framed(Message.encode(Message.from(footer.schema)));
    for (const { offset, metaDataLength } of [...footer.dictionaryBatches(), ...footer.recordBatches()]) {
      if (offset < 8 || metaDataLength < 8 || offset + metaDataLength > size) throw notArrow();
      const [first] = new Int32Array(this.#bytes(offset, 4).buffer);
      const prefix = first === -1 ? 8 : 4;
      yield* this.#message(offset, prefix, metaDataLength - prefix, size);
    }
  }

  /** One message and its body; returns the place behind it. */
  *#message(at: number, prefix: number, length: number, end: number): Generator<Uint8Array, number> {
    const bodyAt = at + prefix + length;
    if (bodyAt > end) throw at === 0 ? notArrow() : cutShort();
    const head = this.#bytes(at, prefix + length);
    const bodyLength = this.#bodyLength(head.subarray(prefix));
    if (bodyAt + bodyLength > end) throw cutShort();
    yield head;
    if (bodyLength > 0) yield this.#bytes(bodyAt, bodyLength);
    return bodyAt + bodyLength;
  }

  #bodyLength(metadata: Uint8Array): number {
    const message = decoded(() => {
      checkMetadata(metadata);
      return arrow().Message.decode(metadata);
    });
    const header = message.header() as {
      compression?: { type: number } | null;
      data?: { compression?: { type: number } | null };
    };
    const compression = header.compression ?? header.data?.compression;
    if (compression !== undefined && compression !== null) {
      const name = arrow().CompressionType[compression.type] ?? compression.type;
      throw new Error(`expected batches without compression, got ${name}`);
    }
    const length = Number(message.bodyLength);
    if (!(length >= 0)) throw notArrow();
    return length;
  }

  #bytes(at: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    const descriptor = openSync(this.path, 'r');
    try {
      if (!this.#isSame(fstatSync(descriptor))) throw new Error('the file changed while it was read');
      let done = 0;
      while (done < length) {
        // One call takes a length of 31 bits.
        const count = readSync(descriptor, bytes, done, Math.min(length - done, 2 ** 30), at + done);
        if (count === 0) break;
        done += count;
      }
      if (done < length) throw cutShort();
      return bytes;
    } finally {
      closeSync(descriptor);
    }
  }

  #isSame(stats: Stats): boolean {
    const { dev, ino, size, mtimeMs } = this.#stats;
    return stats.dev === dev && stats.ino === ino && stats.size === size && stats.mtimeMs === mtimeMs;
  }
}

function cutShort(): Error {
  return new Error('expected the end mark, got the end of the file: it was cut short');
}

function notArrow(): Error {
  return new Error('expected Arrow IPC, got something else');
}

function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    const message = messageOf(error);
    throw /^expected /.test(message) ? error : new Error(`${notArrow().message} (${message})`);
  }
}

/** A message as it stands in a stream: the mark, its length, itself up to a multiple of 8 bytes. */
function framed(metadata: Uint8Array): Uint8Array {
  const length = Math.ceil(metadata.byteLength / 8) * 8;
  const bytes = new Uint8Array(8 + length);
  new Int32Array(bytes.buffer, 0, 2).set([-1, length]);
  bytes.set(metadata, 8);
  return bytes;
}
