import { Worker } from 'node:worker_threads';

interface Reply {
  id: number;
  vectors?: Float32Array[];
  error?: string;
}

interface Pending {
  resolve(vectors: Float32Array[]): void;
  reject(error: Error): void;
}

/**
 * The offline sentence encoder in a thread of its own, since it computes for long stretches. It starts with the first call and
 * does not keep the process alive when nothing is asked of it.
 */
export class OfflineEncoder {
  #worker: Worker | undefined;
  readonly #pending = new Map<number, Pending>();
  #next = 0;

  /** One vector of length 1 a text, in the order of the texts. */
  encode(texts: readonly string[]): Promise<Float32Array[]> {
    const worker = this.#start();
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, texts });
    });
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = startThread();
    worker.on('message', ({ id, vectors, error }: Reply) => {
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (this.#pending.size === 0) worker.unref();
      if (vectors === undefined) pending?.reject(new Error(error));
      else pending?.resolve(vectors);
    });
    worker.on('error', (error) => this.#fail(error as Error));
    worker.on('exit', () => this.#fail(new Error('the sentence encoder stopped')));
    this.#worker = worker;
    return worker;
  }

  #fail(error: Error): void {
    this.#worker = undefined;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

function startThread(): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./offline-encoder-thread.js', import.meta.url));
  // From its sources the thread needs the loader of TypeScript first.
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const thread = JSON.stringify(new URL('./offline-encoder-thread.ts', import.meta.url).href);
  return new Worker(`import(${loader}).then(({ register }) => { register(); return import(${thread}); })`, {
    eval: true,
  });
}
