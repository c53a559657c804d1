import { AsyncByteQueue, RecordBatchFileWriter, RecordBatchStreamWriter } from 'apache-arrow';
import type { ArrowResult } from './query-arrow.ts';

/** The two forms of Arrow IPC: a stream is read from its beginning, a file (Feather V2) at any place. */
export type IpcFormat = 'stream' | 'file';

/**
 * The bytes of a result in Arrow's IPC format, in pieces that are batches or parts of them.
 *
 * Where the query fails the generator throws, and the end mark is not written: what a reader has got till then does not look whole.
 */
export async function* ipcBytes(result: ArrowResult, format: IpcFormat = 'stream'): AsyncGenerator<Uint8Array> {
  const sink = new PieceSink();
  const writer = format === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
  writer.reset(sink, result.schema);
  for await (const batch of result.batches()) {
    writer.write(batch);
    yield* sink.take();
  }
  writer.finish();
  yield* sink.take();
}

/** Takes what a writer writes, and holds it until it is fetched: the writer has no way to wait. */
export class PieceSink extends AsyncByteQueue {
  #pieces: Uint8Array[] = [];

  override write(piece: ArrayBufferView | ArrayBufferLike): void {
    this.#pieces.push(
      ArrayBuffer.isView(piece)
        ? new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength)
        : new Uint8Array(piece),
    );
  }

  take(): Uint8Array[] {
    const pieces = this.#pieces.filter((piece) => piece.byteLength > 0);
    this.#pieces = [];
    return pieces;
  }
}
