import { loadSentenceEncoder } from '../../src/embedding/sentence-encoder.ts';

// A child process of embed-mails.ts: each message holds texts, each answer their vectors.
const encoder = await loadSentenceEncoder();
process.on('message', async (texts: string[]) => {
  process.send?.(await encoder.encode(texts));
});
process.send?.('ready');
