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
import type { DataKind, Options, Shape } from '../options.ts';
import { fileOf, judge, messages, ours, type Source, theirs, tracesOf } from './jobs.ts';

interface Size extends Shape {
  rows: number;
  kinds: DataKind[];
}

/** FAISS takes one to five seconds for these rows. There are too few sentences for the smallest shape. */
const sizes: Size[] = [
  { d: 128, k: 100, rows: 3_000_000, kinds: ['uniform'] },
  { d: 128, k: 1000, rows: 600_000, kinds: ['uniform', 'real'] },
  { d: 384, k: 1000, rows: 200_000, kinds: ['uniform', 'real'] },
  { d: 768, k: 1000, rows: 100_000, kinds: ['uniform', 'real'] },
  { d: 768, k: 10_000, rows: 60_000, kinds: ['real'] },
  { d: 1536, k: 4096, rows: 72_000, kinds: ['real'] },
];
const sgemmSize = 4096;
const sgemmName = `sgemm ${sgemmSize}³`;
const peers = { FAISS: 'faiss', SuperKMeans: 'superkmeans' };

/** The nearest of k centroids for every row, against FAISS' flat index and SuperKMeans, and against the machine's sgemm. */
export async function assign(options: Options, outcome: Outcome): Promise<void> {
  for (const shape of chosenSizes(options)) {
    for (const kind of options.data ?? shape.kinds) {
      const data = await vectors(kind, shape.d, shape.rows, options);
      if (data.rows < shape.k) throw new Error(`invalid rows: ${data.rows}, expected at least k = ${shape.k}`);
      const title = `assign, ${kind}: d = ${shape.d}, k = ${shape.k}, ${data.rows.toLocaleString('en')} rows`;
      progress(title);
      const series = await alternate(await contestantsOf(data, shape.k, options), options.pairs, options);
      outcome.cases[title] = series;
      outcome.tables.push(tableOf(title, series, data, shape.k));
    }
  }
  outcome.tables.push(summary(outcome.cases));
}

function chosenSizes(options: Options): Size[] {
  return (options.shapes ?? sizes).map(({ d, k }) => {
    const known = sizes.find((size) => size.d === d && size.k === k);
    return known ?? { d, k, rows: Math.max(20_000, Math.ceil(2.5e11 / (2 * d * k))), kinds: ['uniform', 'real'] };
  });
}

async function contestantsOf(data: Vectors, k: number, options: Options): Promise<Contestant[]> {
  const centroids = await centroidsOf(data, k);
  // The centroids are given, so all runs of a contestant give the same assignments: one of them is judged.
  const judged = (assignments: string) => {
    let verdict: Promise<Record<string, number>> | undefined;
    return () => {
      verdict ??= judge(data, centroids, k, options, assignments);
      return verdict;
    };
  };
  const oursFrom = (source: Source, name: string, env?: Record<string, string>): Contestant => {
    const { assignments } = tracesOf(`assign ${name}`);
    const job = ours(
      options,
      {
        prepare: [
          ...messages(data, source),
          `CREATE TABLE topics AS SELECT id::INTEGER AS cluster_id, embedding AS centroid FROM read_npy('${centroids}')`,
        ],
        steps: [
          {
            name: 'assign',
            sql: [
              `CREATE TABLE assignments AS SELECT id, nearest_centroid(embedding, 'topics') AS cluster_id FROM messages`,
            ],
          },
        ],
        save: [{ sql: 'SELECT cluster_id FROM assignments ORDER BY id', file: assignments }],
      },
      [fileOf(data, source)],
      env,
    );
    return { name, job: () => job, judge: judged(assignments) };
  };
  return [
    oursFrom('parquet', 'DuckTopics, Parquet'),
    ...Object.entries(peers).map(([name, peer]): Contestant => {
      const { assignments } = tracesOf(`assign ${name}`);
      const job = theirs(options, 'assign.py', { peer, data: data.npy, centroids, assignments }, [data.npy]);
      return { name, job: () => job, judge: judged(assignments), peer: true };
    }),
    oursFrom('npy', 'DuckTopics, .npy'),
    oursFrom('table', 'DuckTopics, table'),
    oursFrom('npy', 'DuckTopics, .npy, plain kernel', { DUCKTOPICS_PRUNING: 'never' }),
    { name: sgemmName, job: () => theirs(options, 'sgemm.py', { size: sgemmSize }, []) },
  ];
}

/** The most GFLOP/s of any of the sgemm runs. */
function peakOf(series: Series[]): number {
  const runs = series.find((entry) => entry.name === sgemmName)?.runs ?? [];
  return Math.max(...runs.flatMap((run) => Object.values(run.values).filter((value) => typeof value === 'number')));
}

function tableOf(title: string, series: Series[], data: Vectors, k: number): Table {
  const [first] = series;
  if (first === undefined) throw new Error(`missing series: ${title}`);
  const flops = 2 * data.d * k * data.rows;
  const peak = peakOf(series);
  return {
    title,
    columns: [
      '',
      's',
      'million rows/s',
      'GFLOP/s',
      'of sgemm',
      'time / ours',
      'peak MB',
      'rows with a nearest centroid',
    ],
    rows: series.map((entry) => {
      if (entry.name === sgemmName) return [entry.name, '', '', digits(peak), '', '', '', ''];
      const time = medianOf(entry, seconds);
      if (time === undefined) return [entry.name, entry.failure ?? '–', '', '', '', '', '', ''];
      return [
        entry.name,
        digits(time),
        digits(data.rows / time / 1e6),
        digits(flops / time / 1e9),
        `${((100 * flops) / time / 1e9 / peak).toFixed(0)} %`,
        times(ratio(entry, first, seconds)),
        megabytes(medianOf(entry, (run) => run.peakBytes)),
        `${(100 * (medianOf(entry, (run) => valueNamed(run, 'nearestShare')) ?? 0)).toFixed(3)} %`,
      ];
    }),
  };
}

/** One line a case: the fastest peer against ours. */
function summary(cases: Record<string, Series[]>): Table {
  const rows = Object.entries(cases).map(([title, series]) => {
    const named = (name: string) => series.find((entry) => entry.name === name);
    const fastest = series
      .filter((entry) => entry.name in peers && entry.runs.length > 0)
      .sort((a, b) => (medianOf(a, seconds) ?? 0) - (medianOf(b, seconds) ?? 0))[0];
    const against = (name: string) => {
      const own = named(name);
      return fastest && own ? times(ratio(fastest, own, seconds)) : '–';
    };
    return [
      title.replace('assign, ', ''),
      fastest?.name ?? '–',
      against('DuckTopics, Parquet'),
      against('DuckTopics, .npy'),
      against('DuckTopics, table'),
    ];
  });
  return {
    title: 'assign: time of the fastest peer / ours',
    columns: ['', 'fastest peer', 'ours from Parquet', 'ours from .npy', 'ours from a table'],
    rows,
  };
}
