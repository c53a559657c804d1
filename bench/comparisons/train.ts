import { type Vectors, vectors } from '../data/vectors.ts';
import type { Outcome } from '../harness/report.ts';
import { objectiveOf, progress, runOnce } from '../harness/rounds.ts';
import type { Options } from '../options.ts';
import { MeasuredObjectives } from './measured-objectives.ts';
import { type Peer, peersOf, type TrainCase, trainCases } from './train-cases.ts';
import { peerContestant } from './train-contestants.ts';
import { type Duel, match, reached } from './train-match.ts';
import { type Effort, fastestReaching, lowest, trySettings } from './train-settings.ts';
import { type Compared, lowestRatio, trainTable } from './train-table.ts';

/**
 * Training to the same objective. Each peer first runs once; the fastest of our settings that reaches its objective is then
 * timed against it, in turn, with another seed each round. Where these rounds do not reach it, the next dearer setting is.
 */
export async function train(options: Options, outcome: Outcome): Promise<void> {
  const summary: string[][] = [];
  for (const size of trainCases(options)) {
    const data = await vectors(size.kind, size.d, size.rows, options);
    if (data.rows < size.k) throw new Error(`invalid rows: ${data.rows}, expected at least k = ${size.k}`);
    for (const form of ['sampled', 'all rows'] as const) {
      const points = form === 'sampled' ? size.sampledPoints : Math.ceil(data.rows / size.k);
      const name = `${size.kind}, ${form}: d = ${size.d}, k = ${size.k}, ${data.rows.toLocaleString('en')} rows`;
      progress(`train, ${name}`);
      if (form === 'sampled' && (points === 0 || points * size.k >= data.rows)) {
        progress('  left out: the rows are no more than a sample');
        summary.push([name, 'left out: the rows are no more than a sample', '', '']);
        continue;
      }
      const compared = await compare(data, size, { iterations: size.iterations, points }, form, options);
      outcome.cases[`train, ${name}`] = compared.series;
      outcome.tables.push(trainTable(`train, ${name}`, compared, size, points));
      summary.push([name, ...lowestRatio(compared)]);
    }
  }
  const columns = ['', 'hardest peer', 'its time / ours from .npy', 'its time / ours from Parquet'];
  outcome.tables.push({
    title: 'train: the lowest ratio of each case',
    columns,
    rows: summary,
    notes: [
      `A run that took longer than ${options.limit} s was ended and counts as not finished. MiniBatchKMeans is left out where k x d is above 800,000.`,
    ],
  });
}

async function compare(
  data: Vectors,
  { d, k }: TrainCase,
  setting: Effort,
  form: 'sampled' | 'all rows',
  options: Options,
): Promise<Compared> {
  const duels: Duel[] = [];
  const targets = new Map<Peer, MeasuredObjectives>();
  for (const peer of peersOf({ d, k }, form)) {
    const contestant = peerContestant(peer, data, k, setting, options);
    const run = await runOnce(contestant, 0, options);
    if ('failure' in run) duels.push({ peer, failure: run.failure });
    else {
      targets.set(peer, new MeasuredObjectives(objectiveOf(run), contestant, options));
      duels.push({ peer });
    }
    progress(`  first run of ${peer.name}: ${'failure' in run ? run.failure : `${run.seconds.toFixed(3)} s`}`);
  }
  const objectives = [...targets.values()].map(({ first }) => first);
  const trials = targets.size === 0 ? [] : await trySettings(data, k, setting.points, objectives, options);
  for (const duel of duels) {
    const target = targets.get(duel.peer);
    if (target !== undefined) duel.ours = (await fastestReaching(trials, target)) ?? lowest(trials);
  }
  const series = [];
  for (let waiting = duels; waiting.length > 0; ) {
    series.push(...(await match(waiting, data, k, setting, options)));
    const missed = waiting.filter(({ sides }) => sides !== undefined && !reached(sides));
    waiting = [];
    for (const duel of missed) {
      const target = targets.get(duel.peer);
      const dearer = target && (await fastestReaching(trials, target, duel.ours));
      if (dearer === undefined) continue;
      progress(`  ${duel.peer.name} was not reached; once more`);
      duel.ours = dearer;
      waiting.push(duel);
    }
  }
  return { duels, trials, series };
}
