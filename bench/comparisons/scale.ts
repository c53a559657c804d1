import { uniformPart } from '../data/vectors.ts';
import type { Run } from '../harness/job.ts';
import { digits, megabytes, type Outcome, type Table, times } from '../harness/report.ts';
import { alternate, type Contestant, medianOf, progress, ratio, type Series, seconds } from '../harness/rounds.ts';
import type { Options } from '../options.ts';
import { ours, tracesOf } from './jobs.ts';
import { notebookSteps } from './notebook.ts';

const d = 128;
/** Rows of the sizes, as multiples of the smallest. */
const multiples = [1, 10, 50];
const smallest = 1_000_000;
/** Files of the page cache: larger sizes read these again, unless they are to be distinct. */
const cachedParts = 10;

/**
 * The notebook's job over 1, 10 and 50 million rows, and over 10 million with one thread: time per row and peak memory.
 *
 * 50 million rows are the 10 million read five times, so that they come from the page cache as the others do; with `--distinct`
 * they are 26 GB of their own and the disk sets the pace.
 */
export async function scale(options: Options, outcome: Outcome): Promise<void> {
  const rows = Math.max(1, Math.floor(Math.min(smallest, (options.rows ?? Number.POSITIVE_INFINITY) / 10)));
  progress(`scale: ${multiples.map((multiple) => multiple * rows).join(', ')} rows x ${d}`);
  const most = Math.max(...multiples);
  const parts: string[] = [];
  for (let part = 0; part < (options.distinct ? most : cachedParts); part++) {
    parts.push(await uniformPart(d, rows, part, options));
  }
  const contestants = multiples.map((multiple) => contestant(multiple, rows, parts, options));
  if (options.threads > 1) contestants.push(contestant(10, rows, parts, { ...options, threads: 1 }));
  const series = await alternate(contestants, options.pairs, options);
  outcome.cases.scale = series;
  outcome.tables.push(table(series, rows, options));
}

function contestant(multiple: number, rows: number, parts: string[], options: Options): Contestant {
  const name = nameOf(multiple * rows, options.threads);
  const files = Array.from({ length: multiple }, (_, i) => parts[i % parts.length]);
  const list = files.map((file) => `'${file}'`).join(', ');
  const { stored } = tracesOf(`scale ${name}`);
  const steps = [
    { name: 'open', sql: [`CREATE VIEW messages AS SELECT id, embedding FROM read_parquet([${list}])`] },
    ...notebookSteps(stored),
  ];
  const values = 'SELECT sum(size)::BIGINT AS rows FROM sizes';
  const job = ours(options, { prepare: [], steps, values }, multiple <= cachedParts ? parts.slice(0, multiple) : []);
  const judge = async (run: Run) => {
    if (run.values.rows !== multiple * rows) throw new Error(`invalid rows: ${run.values.rows}, expected ${name}`);
    return {};
  };
  return { name, job: () => job, judge: (_, run) => judge(run) };
}

function nameOf(rows: number, threads: number): string {
  return `${rows.toLocaleString('en')} rows, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

function table(series: Series[], rows: number, options: Options): Table {
  const [first] = series;
  const ten = series.find((entry) => entry.name === nameOf(10 * rows, options.threads));
  const single = series.find((entry) => entry.name === nameOf(10 * rows, 1));
  if (first === undefined) throw new Error('missing series: scale');
  const speedUp = ten && single && ten !== single ? ratio(single, ten, seconds) : undefined;
  const most = `${(50 * rows).toLocaleString('en')} rows`;
  return {
    title: `scale: the notebook's job from Parquet, d = ${d}, k = 100`,
    columns: [
      '',
      'train s',
      'assign, store, count s',
      'all s',
      'ns a row',
      'ns a row / first',
      'peak MB',
      'peak / first',
    ],
    rows: series.map((entry) => {
      const count = Number(entry.runs[0]?.values.rows);
      const growth = ratio(entry, first, seconds);
      const train = (run: Run) => run.steps.train ?? Number.NaN;
      const time = medianOf(entry, seconds);
      return [
        entry.name,
        digits(medianOf(entry, train)),
        digits(medianOf(entry, (run) => run.seconds - train(run))),
        digits(time),
        digits(time === undefined ? undefined : (1e9 * time) / count),
        times(growth === undefined ? undefined : (growth * rows) / count),
        megabytes(medianOf(entry, (run) => run.peakBytes)),
        times(ratio(entry, first, (run) => run.peakBytes)),
      ];
    }),
    notes: [
      ...(speedUp === undefined ? [] : [`${options.threads} threads are ${times(speedUp)} as fast as one.`]),
      options.distinct
        ? `The ${most} are of their own and come from the disk.`
        : `The ${most} are ${(10 * rows).toLocaleString('en')} rows read five times.`,
    ],
  };
}
