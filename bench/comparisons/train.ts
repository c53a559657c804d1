import { type Vectors, vectors } from '../data/vectors.ts';
import { digits, megabytes, type Outcome, type Table, times } from '../harness/report.ts';
import {
  alternate,
  type Contestant,
  medianOf,
  progress,
  ratio,
  runOnce,
  type Series,
  seconds,
  valueNamed,
} from '../harness/rounds.ts';
import type { Options } from '../options.ts';
import { type Peer, peers, type TrainCase, trainCases } from './train-cases.ts';
import { oursContestant, peerContestant } from './train-contestants.ts';
import { best, bestWithin, fastestReaching, nameOf, type Setting, type Trial, trySettings } from './train-settings.ts';

/** A peer, and the setting of ours that is to reach its objective. */
interface Duel {
  peer: Peer;
  /** Why the peer has no runs. */
  failure?: string;
  ours?: Trial;
}

/**
 * Training to the same objective. Each peer first runs once; the cheapest of our settings that reaches its objective is then
 * timed against it, in turn, with another seed each round.
 */
export async function train(options: Options): Promise<Outcome> {
  const outcome: Outcome = { tables: [], cases: {} };
  const lowest: string[][] = [];
  for (const size of trainCases(options)) {
    const data = await vectors(size.kind, size.d, size.rows, options);
    for (const form of ['sampled', 'all rows'] as const) {
      const points = form === 'sampled' ? size.sampledPoints : Math.ceil(data.rows / size.k);
      const title = `train, ${size.kind}, ${form}: d = ${size.d}, k = ${size.k}, ${data.rows.toLocaleString('en')} rows`;
      if (points < 1) throw new Error(`invalid rows: ${data.rows}, expected at least k = ${size.k}`);
      progress(title);
      if (form === 'sampled' && points * size.k >= data.rows) {
        progress('  as many rows as the sample would hold: see "all rows"');
        continue;
      }
      const duels = await compare(data, size, { iterations: size.iterations, points }, form, options);
      outcome.cases[title] = duels.series;
      const { table, ratios } = tableOf(title, duels, size, points);
      outcome.tables.push(table);
      lowest.push([title.replace('train, ', ''), ...ratios]);
    }
  }
  const columns = ['', 'hardest peer', 'its time / ours from Parquet', 'its time / ours from a table'];
  outcome.tables.push({ title: 'train: the lowest ratio of each case', columns, rows: lowest });
  return outcome;
}

interface Compared {
  duels: Duel[];
  trials: Trial[];
  series: Series[];
}

async function compare(
  data: Vectors,
  { k }: TrainCase,
  setting: Setting,
  form: 'sampled' | 'all rows',
  options: Options,
): Promise<Compared> {
  const duels: Duel[] = [];
  const targets = new Map<Peer, number>();
  for (const peer of peers.filter(({ samples }) => samples || form === 'all rows')) {
    const run = await runOnce(peerContestant(peer, data, k, setting, options), 0, options);
    if ('failure' in run) duels.push({ peer, failure: run.failure });
    else {
      targets.set(peer, valueNamed(run, 'objective'));
      duels.push({ peer });
    }
    progress(`  first run of ${peer.name}: ${'failure' in run ? run.failure : `${run.seconds.toFixed(3)} s`}`);
  }
  const trials = targets.size === 0 ? [] : await trySettings(data, k, setting.points, [...targets.values()], options);
  const contestants = new Map<string, Contestant>();
  for (const duel of duels) {
    const target = targets.get(duel.peer);
    if (target === undefined) continue;
    duel.ours = fastestReaching(trials, target) ?? best(trials);
    const sides = [
      oursContestant('parquet', data, k, duel.ours, options),
      peerContestant(duel.peer, data, k, setting, options),
      oursContestant('table', data, k, duel.ours, options),
    ];
    for (const side of sides) contestants.set(side.name, side);
  }
  const series = await alternate([...contestants.values()], options.pairs, { ...options, warmUp: false });
  return { duels, trials, series };
}

function tableOf(
  title: string,
  { duels, trials, series }: Compared,
  { k, iterations }: TrainCase,
  points: number,
): { table: Table; ratios: string[] } {
  const ratios: { peer: string; parquet: number; table: number | undefined }[] = [];
  const rows = duels.map(({ peer, failure, ours }): string[] => {
    const named = (name: string) => series.find((entry) => entry.name === name);
    const theirs = named(peer.name);
    const parquet = ours && named(`DuckTopics, parquet, ${nameOf(ours)}`);
    const table = ours && named(`DuckTopics, table, ${nameOf(ours)}`);
    const reason = failure ?? theirs?.failure ?? parquet?.failure;
    if (reason !== undefined || !theirs || !parquet || !table) return [peer.name, reason ?? '–', ...Array(9).fill('')];
    const objective = (entry: Series) => medianOf(entry, (run) => valueNamed(run, 'objective'));
    const objectives = ratio(parquet, theirs, (run) => valueNamed(run, 'objective'));
    const parquetRatio = ratio(theirs, parquet, seconds);
    const tableRatio = ratio(theirs, table, seconds);
    const time = medianOf(theirs, seconds);
    const within = time === undefined ? undefined : bestWithin(trials, time);
    const theirObjective = objective(theirs);
    const reached = objectives !== undefined && objectives <= 1.001;
    if (parquetRatio !== undefined)
      ratios.push({ peer: peer.name, parquet: reached ? parquetRatio : 0, table: tableRatio });
    return [
      peer.name,
      digits(time),
      theirObjective?.toPrecision(6) ?? '–',
      megabytes(medianOf(theirs, (run) => run.peakBytes)),
      nameOf(ours),
      digits(medianOf(parquet, seconds)),
      digits(medianOf(table, seconds)),
      objectives?.toFixed(4) ?? '–',
      megabytes(medianOf(parquet, (run) => run.peakBytes)),
      reached ? `${times(parquetRatio)}, ${times(tableRatio)}` : 'not reached',
      within && theirObjective ? (within.objective / theirObjective).toFixed(4) : '–',
    ];
  });
  const hardest = ratios.sort((a, b) => a.parquet - b.parquet)[0];
  const limits = `Peers ran ${iterations} iterations where they take a number, on at most ${points} rows a centroid (${points * k} rows).`;
  return {
    table: {
      title,
      columns: [
        'peer',
        's',
        'objective',
        'peak MB',
        'our setting',
        'ours s, Parquet',
        'ours s, table',
        'our objective / its',
        'our peak MB',
        'its time / ours, Parquet, table',
        'our objective in its time / its',
      ],
      rows,
      notes: [limits],
    },
    ratios: [
      hardest?.peer ?? '–',
      hardest?.parquet === 0 ? 'not reached' : times(hardest?.parquet),
      hardest?.parquet === 0 ? '–' : times(hardest?.table),
    ],
  };
}
