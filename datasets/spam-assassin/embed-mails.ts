import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ARRAY, DuckDBInstance, FLOAT } from '@duckdb/node-api';
import { SENTENCE_DIMENSIONS } from '../../src/embedding/sentence-encoder.ts';
import { cacheFolder } from '../cache-folder.ts';
import { EMBEDDING_STEP, EMBEDDINGS_FILE, excerptHash } from './mail-embeddings.ts';
import { mailExcerpt } from './mail-excerpt.ts';
import { readMailFiles } from './mail-package.ts';
import { parseMail } from './parse-mail.ts';

/**
 * Computes the sentence embedding of each mail's excerpt and writes `embeddings.parquet`.
 *
 *     npx tsx datasets/spam-assassin/embed-mails.ts [--workers 1] [--fresh]
 *
 * - Vectors that are there already, of the same excerpts, are kept; `--fresh` computes all of them again.
 * - It may be stopped at any time: the next run goes on where it was.
 * - `--workers` is the number of processes, default 1; they run at low priority, each on one core.
 */
const { values } = parseArgs({ options: { workers: { type: 'string', default: '1' }, fresh: { type: 'boolean' } } });
const workers = Number(values.workers);
if (!Number.isInteger(workers) || workers < 1) {
  throw new Error(`invalid --workers: expected a number from 1, got ${values.workers}`);
}

const BATCH_SIZE = 32;
const RECORD_BYTES = 16 + SENTENCE_DIMENSIONS * Float32Array.BYTES_PER_ELEMENT;

const folder = cacheFolder('spam-assassin');
const progressFile = join(folder, 'embeddings-in-progress.bin');
await mkdir(folder, { recursive: true });

const mails: { id: number; hash: string; excerpt: string }[] = [];
for (const file of await readMailFiles(folder, console.error)) {
  const excerpt = mailExcerpt(await parseMail(file.bytes));
  mails.push({ id: file.id, hash: excerptHash(excerpt), excerpt });
}

const vectors = await knownVectors();
const missing = new Map(mails.filter(({ hash }) => !vectors.has(hash)).map(({ hash, excerpt }) => [hash, excerpt]));
console.error(`${mails.length} mails, ${missing.size} excerpts to embed`);
await embed([...missing].sort(([, a], [, b]) => a.length - b.length));
await writeEmbeddings();
await rm(progressFile, { force: true });

async function knownVectors(): Promise<Map<string, Float32Array>> {
  const known = new Map<string, Float32Array>();
  if (existsSync(EMBEDDINGS_FILE) && !values.fresh) {
    const connection = await (await DuckDBInstance.create()).connect();
    const result = await connection.runAndReadAll('SELECT excerpt_hash, embedding FROM read_parquet($file)', {
      file: EMBEDDINGS_FILE,
    });
    for (const [hash, embedding] of result.getRows() as [string, { items: number[] }][]) {
      known.set(hash, Float32Array.from(embedding.items));
    }
  }
  if (existsSync(progressFile)) {
    const records = await readFile(progressFile);
    for (let start = 0; start + RECORD_BYTES <= records.length; start += RECORD_BYTES) {
      const bytes = Uint8Array.from(records.subarray(start + 16, start + RECORD_BYTES));
      known.set(records.toString('latin1', start, start + 16), new Float32Array(bytes.buffer));
    }
  }
  return known;
}

async function embed(excerpts: [hash: string, excerpt: string][]): Promise<void> {
  const started = performance.now();
  let next = 0;
  let done = 0;

  async function work(): Promise<void> {
    const child = fork(fileURLToPath(new URL('embed-worker.ts', import.meta.url)), { serialization: 'advanced' });
    setPriority(child.pid as number, 10);
    try {
      await answer(child);
      while (next < excerpts.length) {
        const batch = excerpts.slice(next, next + BATCH_SIZE);
        next += BATCH_SIZE;
        const reply = answer(child);
        child.send(batch.map(([, excerpt]) => excerpt));
        const computed = (await reply) as Float32Array[];
        const records = batch.map(([hash], index) => record(hash, computed[index] as Float32Array));
        await appendFile(progressFile, Buffer.concat(records));
        done += batch.length;
        const left = ((performance.now() - started) / 60_000 / done) * (excerpts.length - done);
        console.error(`${done} of ${excerpts.length} excerpts, ${left.toFixed(1)} min left`);
      }
    } finally {
      child.kill();
    }
  }

  function record(hash: string, vector: Float32Array): Buffer {
    vectors.set(hash, vector);
    return Buffer.concat([
      Buffer.from(hash, 'latin1'),
      Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
    ]);
  }

  const count = Math.min(workers, Math.ceil(excerpts.length / BATCH_SIZE));
  await Promise.all(Array.from({ length: count }, work));
}

function answer(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null) => reject(new Error(`invalid exit of an embedding process: code ${code}`));
    child.once('exit', failed);
    child.once('message', (message) => {
      child.off('exit', failed);
      resolve(message);
    });
  });
}

async function writeEmbeddings(): Promise<void> {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run('CREATE TABLE embeddings (id BIGINT, excerpt_hash VARCHAR, embedding FLOAT[512])');
  const appender = await connection.createAppender('embeddings');
  for (const { id, hash } of mails) {
    appender.appendBigInt(BigInt(id));
    appender.appendVarchar(hash);
    const rounded = Array.from(
      vectors.get(hash) as Float32Array,
      (x) => Math.round(x / EMBEDDING_STEP) * EMBEDDING_STEP,
    );
    appender.appendArray(rounded, ARRAY(FLOAT, SENTENCE_DIMENSIONS));
    appender.endRow();
  }
  appender.closeSync();
  const temporary = `${EMBEDDINGS_FILE}.${process.pid}`;
  await connection.run(
    `COPY (FROM embeddings ORDER BY id) TO '${temporary}'
     (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 19)`,
  );
  await rename(temporary, EMBEDDINGS_FILE);
}
