import { parentPort } from 'node:worker_threads';
import { loadSentenceEncoder } from '../embedding/sentence-encoder.ts';
import { messageOf } from '../errors.ts';

// The thread behind offline-encoder.ts: each message holds texts, each reply their vectors or an error.
parentPort?.on('message', async ({ id, texts }: { id: number; texts: string[] }) => {
  try {
    const encoder = await loadSentenceEncoder();
    parentPort?.postMessage({ id, vectors: await encoder.encode(texts) });
  } catch (error) {
    parentPort?.postMessage({ id, error: messageOf(error) });
  }
});
