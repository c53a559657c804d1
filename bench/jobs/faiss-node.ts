import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { BIGINT, type DuckDBConnection, DuckDBDataChunk, INTEGER } from '@duckdb/node-api';
import { open } from '../../src/index.ts';
import { faissNodeModules } from '../../test/support/faiss-node.ts';
import { main, onTheClock } from './clock.ts';
import { embeddingsOf, readNpy } from './embeddings.ts';
import { npyHeader, saveNpy } from './save-npy.ts';

export interface FaissNodeJob {
  threads: number;
  /** A .npy file of `<f4`. */
  centroids: string;
  /** The messages: a Parquet file that is read on the clock, or a .npy file whose numbers are JavaScript's before it starts. */
  messages: { parquet: string } | { npy: string };
  /** The .npy file that gets the nearest centroid of each message. */
  assignments: string;
}

interface Index {
  add(numbers: number[]): void;
  search(numbers: number[], n: number): { labels: number[] };
}

/** Rows that one call of `search` gets: what lies in memory as JavaScript's numbers. */
const batch = 20_480;

/** Assigns messages to their nearest centroid as an application on faiss-node does, and prints its measures. */
async function runFaissNodeJob(job: FaissNodeJob): Promise<void> {
  const { values, d } = readNpy(job.centroids);
  const { IndexFlatL2 } = createRequire(join(faissNodeModules, 'bench.js'))('faiss-node') as {
    IndexFlatL2: new (d: number) => Index;
  };
  const index = new IndexFlatL2(d);
  index.add(Array.from(values));
  const { eventLoopDelay, rows, ...measures } =
    'parquet' in job.messages
      ? await assignParquet(index, d, job.messages.parquet, job)
      : await assignNumbers(index, d, job.messages.npy, job);
  console.log(JSON.stringify({ ...measures, steps: {}, values: { rows, eventLoopDelay } }));
}

/** From a Parquet file to a table of assignments: DuckDB reads and stores, JavaScript carries the numbers. */
async function assignParquet(index: Index, d: number, parquet: string, job: FaissNodeJob) {
  await using db = await open(':memory:', { threads: job.threads });
  const { connection } = db;
  await connection.run('CREATE TABLE assignments (id BIGINT, cluster_id INTEGER)');
  const measures = await onTheClock(() => assignStream(index, d, parquet, connection));
  await saveNpy(connection, 'SELECT cluster_id FROM assignments ORDER BY id', job.assignments);
  const [counted] = await db.query<{ rows: bigint }>('SELECT count(*) AS rows FROM assignments');
  return { ...measures, rows: Number(counted?.rows) };
}

async function assignStream(index: Index, d: number, parquet: string, connection: DuckDBConnection): Promise<void> {
  const appender = await connection.createAppender('assignments');
  const numbers = new Array<number>(batch * d).fill(0);
  const ids: bigint[] = [];
  const store = () => {
    if (ids.length === 0) return;
    const { labels } = index.search(ids.length === batch ? numbers : numbers.slice(0, ids.length * d), 1);
    for (let start = 0; start < ids.length; start += 2048) {
      const chunk = DuckDBDataChunk.create([BIGINT, INTEGER]);
      chunk.setColumns([ids.slice(start, start + 2048), labels.slice(start, start + 2048)]);
      appender.appendDataChunk(chunk);
    }
    ids.length = 0;
  };
  const result = await connection.stream(`SELECT id, embedding FROM '${parquet}'`);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    if (ids.length + chunk.rowCount > batch) store();
    const embeddings = embeddingsOf(chunk, 1, d);
    const start = ids.length * d;
    for (let i = 0; i < embeddings.length; i++) numbers[start + i] = embeddings[i] as number;
    ids.push(...(chunk.getColumnValues(0) as bigint[]));
  }
  store();
  appender.closeSync();
}

/** `search` alone: the messages are arrays of numbers in memory before the clock starts. */
async function assignNumbers(index: Index, d: number, npy: string, job: FaissNodeJob) {
  const { values, rows } = readNpy(npy);
  const batches: number[][] = [];
  for (let row = 0; row < rows; row += batch) {
    batches.push(Array.from(values.subarray(row * d, Math.min(rows, row + batch) * d)));
  }
  const labels: number[][] = [];
  const measures = await onTheClock(async () => {
    for (const numbers of batches) {
      labels.push(index.search(numbers, 1).labels);
      await setImmediate();
    }
  });
  const numbers = Int32Array.from(labels.flat());
  writeFileSync(job.assignments, Buffer.concat([npyHeader('<i4', [rows]), Buffer.from(numbers.buffer)]));
  return { ...measures, rows };
}

await main(runFaissNodeJob);
