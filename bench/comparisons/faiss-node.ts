import { faissNodeVersion, prepareFaissNode } from '../../test/support/faiss-node.ts';
import { centroidsOf, type Vectors, vectors } from '../data/vectors.ts';
import { digits, megabytes, type Outcome, type Table, times } from '../harness/report.ts';
import {
  alternate,
  type Contestant,
  medianOf,
  progress,
  ratio,
  type Series,
  seconds,
  valueNamed,
} from '../harness/rounds.ts';
import type { FaissNodeJob } from '../jobs/faiss-node.ts';
import type { Options } from '../options.ts';
import { judge, messages, ours, tracesOf } from './jobs.ts';

const d = 128;
const k = 1000;
const rows = 200_000;

/**
 * `nearest_centroid` in SQL against the npm package faiss-node called from JavaScript, on the same rows. faiss-node is its npm
 * tarball, compiled against the system's FAISS, the one that the extension links.
 */
export async function faissNode(options: Options, outcome: Outcome): Promise<void> {
  const { missing } = await prepareFaissNode();
  if (missing !== undefined) throw new Error(missing);
  const data = await vectors('uniform', d, rows, options);
  const title = `faiss-node: nearest of ${k} centroids, ${data.rows.toLocaleString('en')} x ${d}`;
  progress(title);
  const centroids = await centroidsOf(data, k);
  const contestants = [
    sql(data, centroids, options),
    javascript('faiss-node, from Parquet to a table', { parquet: data.parquet }, data, centroids, options),
    javascript('faiss-node, search alone', { npy: data.npy }, data, centroids, options),
  ];
  const series = await alternate(contestants, options.pairs, options);
  outcome.cases[title] = series;
  outcome.tables.push(table(title, series));
}

function sql(data: Vectors, centroids: string, options: Options): Contestant {
  const { assignments } = tracesOf('faiss-node sql');
  const job = ours(
    options,
    {
      prepare: [
        ...messages(data, 'parquet'),
        `CREATE TABLE topics AS SELECT id::INTEGER AS cluster_id, embedding AS centroid FROM read_npy('${centroids}')`,
      ],
      steps: [
        {
          name: 'assign',
          sql: [
            "CREATE TABLE assignments AS SELECT id, nearest_centroid(embedding, 'topics') AS cluster_id FROM messages",
          ],
        },
      ],
      save: [{ sql: 'SELECT cluster_id FROM assignments ORDER BY id', file: assignments }],
      values: 'SELECT count(*) AS rows FROM assignments',
    },
    [data.parquet],
  );
  return {
    name: 'nearest_centroid in SQL, from Parquet to a table',
    job: () => job,
    judge: () => judge(data, centroids, k, options, assignments),
  };
}

function javascript(
  name: string,
  source: FaissNodeJob['messages'],
  data: Vectors,
  centroids: string,
  options: Options,
): Contestant {
  const { assignments } = tracesOf(name);
  const values: FaissNodeJob = { threads: options.threads, centroids, messages: source, assignments };
  const job = { work: { program: 'faiss-node.ts', values }, reads: Object.values(source), threads: options.threads };
  return { name, peer: true, job: () => job, judge: () => judge(data, centroids, k, options, assignments) };
}

function table(title: string, series: Series[]): Table {
  const own = series[0];
  return {
    title,
    columns: ['', 's', 'ns a row', 'time / ours', 'peak MB', 'peak / ours', 'event loop stood still, ms', 'nearest'],
    rows: series.map((entry) => {
      const share = entry.runs[0]?.values.nearestShare;
      return [
        entry.name,
        digits(medianOf(entry, seconds)),
        digits(medianOf(entry, (run) => (1e9 * run.seconds) / valueNamed(run, 'rows'))),
        times(own && ratio(entry, own, seconds)),
        megabytes(medianOf(entry, (run) => run.peakBytes)),
        times(own && ratio(entry, own, (run) => run.peakBytes)),
        digits(medianOf(entry, (run) => valueNamed(run, 'eventLoopDelay'))),
        typeof share === 'number' ? `${(100 * share).toFixed(3)} %` : (entry.failure ?? ''),
      ];
    }),
    notes: [
      `faiss-node ${faissNodeVersion} takes and gives arrays of JavaScript's numbers, 20,480 messages a call here. It has no k-means: the centroids were given.`,
    ],
  };
}
