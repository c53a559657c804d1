import { digits, megabytes, type Table, times } from '../harness/report.ts';
import { medianOf, objectiveOf, ratio, type Series, seconds } from '../harness/rounds.ts';
import type { TrainCase } from './train-cases.ts';
import { type Duel, reached } from './train-match.ts';
import { bestWithin, nameOf, type Trial } from './train-settings.ts';

/** What one training case found. */
export interface Compared {
  duels: Duel[];
  trials: Trial[];
  series: Series[];
}

/** One line a peer: its time and objective, and ours at the setting that reaches it. */
export function trainTable(title: string, compared: Compared, { k, iterations }: TrainCase, points: number): Table {
  return {
    title,
    columns: [
      'peer',
      's',
      'objective',
      'peak MB',
      'our setting',
      'ours s, .npy',
      'ours s, Parquet',
      'our objective / its',
      'our peak MB',
      'its time / ours, .npy',
      'its time / ours, Parquet',
      'our objective in its time / its',
    ],
    rows: compared.duels.map((duel) => row(duel, compared)),
    notes: [
      `Peers ran ${iterations} iterations where they take a number, on at most ${points} rows a centroid (${(points * k).toLocaleString('en')} rows).`,
    ],
  };
}

/** The peer with the lowest ratio, and its ratios to ours from .npy and from Parquet. */
export function lowestRatio(compared: Compared): [string, string, string] {
  const ratios = compared.duels.flatMap((duel) => {
    const { sides } = duel;
    const value = sides && (reached(sides) ? ratio(sides.theirs, sides.npy, seconds) : 0);
    return sides && value !== undefined ? [{ duel, sides, value }] : [];
  });
  const [lowest] = ratios.sort((a, b) => a.value - b.value);
  if (lowest === undefined) return ['–', '–', '–'];
  if (lowest.value === 0) return [lowest.duel.peer.name, 'not reached', '–'];
  const { theirs, parquet } = lowest.sides;
  return [lowest.duel.peer.name, times(lowest.value), times(parquet && ratio(theirs, parquet, seconds))];
}

function row(duel: Duel, compared: Compared): string[] {
  const { sides } = duel;
  if (sides === undefined || duel.ours === undefined)
    return [duel.peer.name, duel.failure ?? '–', ...Array(10).fill('')];
  const { theirs, npy, parquet } = sides;
  const time = medianOf(theirs, seconds);
  const objective = medianOf(theirs, objectiveOf);
  const within = time === undefined ? undefined : bestWithin(compared.trials, time);
  const ratioTo = (own: Series | undefined) => (own && reached(sides) ? times(ratio(theirs, own, seconds)) : '–');
  return [
    duel.peer.name,
    digits(time),
    objective?.toPrecision(6) ?? '–',
    megabytes(medianOf(theirs, (run) => run.peakBytes)),
    nameOf(duel.ours),
    digits(medianOf(npy, seconds)),
    digits(parquet && medianOf(parquet, seconds)),
    `${ratio(npy, theirs, objectiveOf)?.toFixed(4)}${reached(sides) ? '' : ' (not reached)'}`,
    megabytes(medianOf(npy, (run) => run.peakBytes)),
    ratioTo(npy),
    ratioTo(parquet),
    within && objective ? (within / objective).toFixed(4) : '–',
  ];
}
