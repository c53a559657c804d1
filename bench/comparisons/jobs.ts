import { rmSync } from 'node:fs';
import type { Vectors } from '../data/vectors.ts';
import { scratch } from '../harness/folders.ts';
import { type Job, runJob } from '../harness/job.ts';
import { valueNamed } from '../harness/rounds.ts';
import type { SqlJob } from '../jobs/sql.ts';
import type { Options } from '../options.ts';

/** How our side gets its rows: through SQL on the clock, or from a table of an in-memory database that was filled before. */
export type Source = 'parquet' | 'npy' | 'table';

/**
 * The statements that make `messages (id, embedding)` of a data set. A table has DuckDB's 122,880 rows a row group, of which a
 * thread takes one at a time; where that makes fewer than 16 groups they are smaller, as in a larger table there would be more.
 */
export function messages(data: Vectors, source: Source): string[] {
  if (source === 'parquet') return [`CREATE VIEW messages AS SELECT id, embedding FROM '${data.parquet}'`];
  if (source === 'npy') return [`CREATE VIEW messages AS SELECT id, embedding FROM read_npy('${data.npy}')`];
  const rowGroup = Math.min(122_880, 2048 * Math.ceil(data.rows / 16 / 2048));
  return [
    `ATTACH ':memory:' AS store (ROW_GROUP_SIZE ${rowGroup})`,
    `CREATE TABLE store.messages AS SELECT id, embedding FROM read_npy('${data.npy}')`,
    'CREATE VIEW messages AS FROM store.messages',
  ];
}

/** The file that a source reads. */
export function fileOf(data: Vectors, source: Source): string {
  return source === 'parquet' ? data.parquet : data.npy;
}

/** A job of our side. */
export function ours(
  options: Options,
  job: Omit<SqlJob, 'threads' | 'extension'>,
  reads: string[],
  env?: Record<string, string>,
): Job {
  return {
    work: { sql: { threads: options.threads, extension: options.extension, ...job } },
    reads,
    threads: options.threads,
    ...(env && { env }),
  };
}

/** A job of a peer's script. */
export function theirs(options: Options, script: string, values: Record<string, unknown>, reads: string[]): Job {
  return { work: { script, values: { threads: options.threads, ...values } }, reads, threads: options.threads };
}

/** Files that a contestant's runs leave for the judge. */
export interface Traces {
  centroids: string;
  assignments: string;
  /** What `COPY` wrote. */
  stored: string;
}

export function tracesOf(contestant: string): Traces {
  const name = contestant.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return {
    centroids: scratch(`${name}-centroids.npy`),
    assignments: scratch(`${name}-assignments.npy`),
    stored: scratch(`${name}-assignments.parquet`),
  };
}

/** Multiply-adds, doubled, of a judgement: more rows are judged by a sample at even distances. */
const judgedFlops = 5e10;

/**
 * The mean squared distance to the nearest of the centroids, computed by NumPy; with `assignments` also the share of rows that
 * have a nearest centroid.
 */
export async function judge(
  data: Vectors,
  centroids: string,
  k: number,
  options: Options,
  assignments?: string,
): Promise<Record<string, number>> {
  const rows = Math.max(5_000, Math.floor(judgedFlops / (2 * data.d * k)));
  const values = { data: data.npy, centroids, rows, ...(assignments && { assignments }) };
  const run = await runJob({ work: { script: 'evaluate.py', values }, reads: [] }, options);
  return {
    objective: valueNamed(run, 'objective'),
    ...(assignments && { nearestShare: valueNamed(run, 'nearestShare') }),
  };
}

/** Removes what the runs left. */
export function clearTraces(): void {
  rmSync(scratch(), { recursive: true, force: true });
}
