import { buildAddon } from '../addon/build.ts';
import { centroidsOf, type Vectors, vectors } from '../data/vectors.ts';
import { digits, type Outcome, type Table, times } from '../harness/report.ts';
import { alternate, type Contestant, medianOf, progress, type Series, seconds, valueNamed } from '../harness/rounds.ts';
import type { Options } from '../options.ts';
import { judge, messages, ours, tracesOf } from './jobs.ts';

const d = 128;
const k = 1000;
const rows = 1_000_000;
/** Plain JavaScript gets this share of the rows: its time a row is what counts. */
const javascriptShare = 20;

interface Way {
  name: string;
  /** The nearest centroid of `embedding`, in SQL. */
  sql: string;
  slow?: boolean;
  /** It does not search. */
  idle?: boolean;
}

const ways: Way[] = [
  { name: 'native function', sql: `nearest_centroid(embedding, 'topics')` },
  { name: 'JavaScript function that calls the same kernel', sql: 'js_nearest_native(embedding)' },
  { name: 'JavaScript function in plain JavaScript', sql: 'js_nearest(embedding)', slow: true },
  { name: 'JavaScript function that does nothing', sql: 'js_nothing(embedding)', idle: true },
];

/**
 * The nearest centroid as a native function against the same as a JavaScript function of `@duckdb/node-api`: calling the same
 * kernel (compiled as a Node.js addon, on all cores within a chunk), in plain JavaScript, and doing nothing at all.
 */
export async function udf(options: Options, outcome: Outcome): Promise<void> {
  await buildAddon();
  const data = await vectors('uniform', d, rows, options);
  const few = await vectors('uniform', d, Math.ceil(data.rows / javascriptShare), options);
  const title = `udf: nearest of ${k} centroids, d = ${d}, from Parquet`;
  progress(title);
  const centroids = await centroidsOf(data, k);
  const contestants = ways.map((way) => contestant(way, way.slow ? few : data, centroids, options));
  const series = await alternate(contestants, options.pairs, options);
  outcome.cases[title] = series;
  outcome.tables.push(table(title, series));
}

function contestant(way: Way, data: Vectors, centroids: string, options: Options): Contestant {
  const { assignments } = tracesOf(`udf ${way.name}`);
  const job = ours(
    options,
    {
      javascriptFunctions: centroids,
      prepare: [
        ...messages(data, 'parquet'),
        `CREATE TABLE topics AS SELECT id::INTEGER AS cluster_id, embedding AS centroid FROM read_npy('${centroids}')`,
      ],
      steps: [
        { name: 'assign', sql: [`CREATE TABLE assignments AS SELECT id, ${way.sql} AS cluster_id FROM messages`] },
      ],
      save: [{ sql: 'SELECT cluster_id FROM assignments ORDER BY id', file: assignments }],
      values: 'SELECT count(*) AS rows FROM assignments',
    },
    [data.parquet],
  );
  const search = () => judge(data, centroids, k, options, assignments);
  return { name: way.name, job: () => job, ...(way.idle ? {} : { judge: search }) };
}

function table(title: string, series: Series[]): Table {
  const timeOf = (entry: Series) => medianOf(entry, (run) => (1e9 * run.seconds) / valueNamed(run, 'rows'));
  const native = series[0] && timeOf(series[0]);
  return {
    title,
    columns: [
      '',
      'rows',
      's',
      'ns a row',
      'time a row / native',
      'event loop stood still, ms',
      'rows with a nearest centroid',
    ],
    rows: series.map((entry) => {
      const time = timeOf(entry);
      const share = entry.runs[0]?.values.nearestShare;
      return [
        entry.name,
        Number(entry.runs[0]?.values.rows).toLocaleString('en'),
        digits(medianOf(entry, seconds)),
        digits(time),
        times(time && native ? time / native : undefined),
        digits(medianOf(entry, (run) => valueNamed(run, 'eventLoopDelay'))),
        typeof share === 'number' ? `${(100 * share).toFixed(3)} %` : '',
      ];
    }),
    notes: ['The JavaScript functions read the numbers of a chunk without a copy of their own.'],
  };
}
