import { type Vectors, vectors } from '../data/vectors.ts';
import type { Run } from '../harness/job.ts';
import { digits, megabytes, type Outcome, type Table, times } from '../harness/report.ts';
import {
  alternate,
  type Contestant,
  medianOf,
  objectiveOf,
  progress,
  ratio,
  type Series,
  seconds,
} from '../harness/rounds.ts';
import type { Options } from '../options.ts';
import { fileOf, judge, messages, ours, type Source, theirs, tracesOf } from './jobs.ts';

const rows = 10_000_000;
const d = 128;
const k = 100;
const niter = 20;

/** The seed notebook's job from file to file: train, assign every row, store the assignments, count the clusters. */
export async function notebook(options: Options, outcome: Outcome): Promise<void> {
  const data = await vectors('uniform', d, rows, options);
  progress(`notebook: ${data.rows} x ${d}, k = ${k}`);
  const contestants = [
    oursFrom('npy', 'blocks', data, options),
    oursFrom('npy', 'uniform', data, options),
    oursFrom('parquet', 'blocks', data, options),
    faiss('each batch', data, options),
    faiss('one sample', data, options),
  ];
  const series = await alternate(contestants, options.pairs, options);
  outcome.cases[`${data.rows}x${d}, k = ${k}`] = series;
  outcome.tables.push(table(series, data));
}

/** The statements of the notebook's job; `stored` is what it writes, `input` what training reads. */
export function notebookSteps(
  stored: string,
  input = 'messages',
  sample: 'uniform' | 'blocks' = 'uniform',
): { name: string; sql: string[] }[] {
  return [
    {
      name: 'train',
      sql: [
        `CREATE TABLE topics AS FROM kmeans_train('${input}', k := ${k}, niter := ${niter}, sample := '${sample}')`,
      ],
    },
    {
      name: 'assign and store',
      sql: [
        `COPY (SELECT id, nearest_centroid(embedding, 'topics') AS cluster_id FROM messages) TO '${stored}' (FORMAT parquet)`,
      ],
    },
    {
      name: 'count',
      sql: [`CREATE TABLE sizes AS SELECT cluster_id, count(*) AS size FROM '${stored}' GROUP BY cluster_id`],
    },
  ];
}

function oursFrom(source: Source, sample: 'uniform' | 'blocks', data: Vectors, options: Options): Contestant {
  const name = `DuckTopics, ${source}, sample of ${sample === 'blocks' ? 'blocks' : 'all rows'}`;
  const { centroids, stored } = tracesOf(`notebook ${name}`);
  const job = ours(
    options,
    {
      prepare: [],
      steps: [{ name: 'open', sql: messages(data, source) }, ...notebookSteps(stored, fileOf(data, source), sample)],
      save: [{ sql: 'SELECT centroid FROM topics ORDER BY cluster_id', file: centroids }],
      values: 'SELECT sum(size)::BIGINT AS rows FROM sizes',
    },
    [fileOf(data, source)],
  );
  return { name, job: () => job, judge: () => judge(data, centroids, k, options) };
}

function faiss(training: string, data: Vectors, options: Options): Contestant {
  const name = `FAISS, trained on ${training}`;
  const { centroids, assignments } = tracesOf(`notebook ${name}`);
  const values = { data: data.npy, k, niter, training, centroids, assignments };
  const job = theirs(options, 'notebook.py', values, [data.npy]);
  return { name, job: () => job, judge: () => judge(data, centroids, k, options), peer: true };
}

function table(series: Series[], data: Vectors): Table {
  const [first] = series;
  if (first === undefined) throw new Error('missing series: notebook');
  const stepOf = (name: string) => (run: Run) => run.steps[name] ?? Number.NaN;
  return {
    title: `notebook: ${data.rows.toLocaleString('en')} x ${d}, k = ${k}`,
    columns: [
      '',
      'train s',
      'assign, store, count s',
      'all s',
      'time / ours',
      'peak MB',
      'without file pages MB',
      'peak / ours',
      'objective',
    ],
    rows: series.map((entry) => [
      entry.name,
      digits(medianOf(entry, stepOf('train'))),
      digits(medianOf(entry, (run) => run.seconds - stepOf('train')(run))),
      digits(medianOf(entry, seconds)),
      times(ratio(entry, first, seconds)),
      megabytes(medianOf(entry, (run) => run.peakBytes)),
      megabytes(medianOf(entry, (run) => run.peakAnonymousBytes)),
      times(ratio(entry, first, (run) => run.peakBytes)),
      medianOf(entry, objectiveOf)?.toFixed(4) ?? entry.failure ?? '–',
    ]),
  };
}
