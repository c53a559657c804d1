import { execFile } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { open } from '../../src/index.ts';
import { benchFolder, cached } from '../harness/folders.ts';
import { preparePeers, pythonPath } from '../harness/python.ts';
import type { DataKind, Options } from '../options.ts';
import { prepareSentences, sentencesFile } from './sentences.ts';

const exec = promisify(execFile);

/** Bytes of vectors in a row group of the Parquet files, so that all threads have row groups to read at any dimension. */
const rowGroupBytes = 16 * 1024 * 1024;

/** The same rows as files: what the peers load, and what we read. */
export interface Vectors {
  kind: DataKind;
  d: number;
  rows: number;
  npy: string;
  parquet: string;
}

/** Makes (once) `rows` rows of one kind, or as many as `--rows` allows; of sentence embeddings as many as there are. */
export async function vectors(kind: DataKind, d: number, rows: number, options: Options): Promise<Vectors> {
  let count = Math.min(rows, options.rows ?? rows);
  if (kind === 'real') {
    const sentences = await prepareSentences(options.minutes);
    count = Math.min(count, sentences - Math.max(1, d / 384) + 1);
  }
  const name = `${kind}-${d}-${count}`;
  const npy = cached('vectors', `${name}.npy`);
  const parquet = cached('vectors', `${name}.parquet`);
  if (!existsSync(npy)) await writeNpy(kind, d, count, 0, npy);
  if (!existsSync(parquet)) await writeParquet(npy, parquet, d, options);
  return { kind, d, rows: count, npy, parquet };
}

/** Makes (once) one of many Parquet files of `rows` uniform rows, each with other rows. */
export async function uniformPart(d: number, rows: number, part: number, options: Options): Promise<string> {
  const parquet = cached('vectors', `uniform-${d}-${rows}-part-${part}.parquet`);
  if (!existsSync(parquet)) {
    const npy = cached('vectors', 'part.npy');
    await writeNpy('uniform', d, rows, part, npy);
    await writeParquet(npy, parquet, d, options);
    rmSync(npy);
  }
  return parquet;
}

/** Trains (once) the k centroids that assignments of these rows are measured with. */
export async function centroidsOf(data: Vectors, k: number): Promise<string> {
  const file = cached('centroids', `${data.kind}-${data.d}-${data.rows}-${k}.npy`);
  if (!existsSync(file)) {
    await exec(pythonPath, [join(benchFolder, 'data', 'make_centroids.py'), data.npy, String(k), file]);
  }
  return file;
}

async function writeNpy(kind: DataKind, d: number, rows: number, part: number, file: string): Promise<void> {
  await preparePeers();
  const script = join(benchFolder, 'data', 'make_vectors.py');
  await exec(pythonPath, [script, kind, String(d), String(rows), String(part), file, sentencesFile]);
}

async function writeParquet(npy: string, parquet: string, d: number, options: Options): Promise<void> {
  const rowsOfGroup = 2048 * Math.max(1, Math.floor(rowGroupBytes / (4 * d) / 2048));
  const { extension } = options;
  await using db = await open(':memory:', extension === undefined ? {} : { extensionPath: extension });
  await db.query(
    `COPY (SELECT id, embedding FROM read_npy('${npy}')) TO '${parquet}.unfinished' (FORMAT parquet, ROW_GROUP_SIZE ${rowsOfGroup})`,
  );
  renameSync(`${parquet}.unfinished`, parquet);
}
