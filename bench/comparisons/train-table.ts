import { digits, megabytes, type Table, times } from '../harness/report.ts';
import { medianOf, ratio, type Series, seconds, valueNamed } from '../harness/rounds.ts';
import type { Peer, TrainCase } from './train-cases.ts';
import { bestWithin, nameOf, type Trial } from './train-settings.ts';

/** A peer, and the setting of ours that is to reach its objective. */
export interface Duel {
  peer: Peer;
  /** Why the peer has no runs. */
  failure?: string;
  ours?: Trial;
}

/** What one training case found. */
export interface Compared {
  duels: Duel[];
  trials: Trial[];
  series: Series[];
}

interface Sides {
  theirs: Series;
  parquet: Series;
  table: Series | undefined;
}

/** An objective counts as reached up to this factor: seeds differ by as much. */
const tolerance = 1.001;

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
      'ours s, Parquet',
      'ours s, table',
      'our objective / its',
      'our peak MB',
      'its time / ours, Parquet',
      'its time / ours, table',
      'our objective in its time / its',
    ],
    rows: compared.duels.map((duel) => row(duel, compared)),
    notes: [
      `Peers ran ${iterations} iterations where they take a number, on at most ${points} rows a centroid (${(points * k).toLocaleString('en')} rows).`,
    ],
  };
}

/** The peer with the lowest ratio, and its ratios to ours from Parquet and from a table. */
export function lowestRatio(compared: Compared): [string, string, string] {
  const ratios = compared.duels.flatMap((duel) => {
    const sides = sidesOf(duel, compared);
    const value = sides && (reached(sides) ? ratio(sides.theirs, sides.parquet, seconds) : 0);
    return sides && value !== undefined ? [{ duel, sides, value }] : [];
  });
  const [lowest] = ratios.sort((a, b) => a.value - b.value);
  if (lowest === undefined) return ['–', '–', '–'];
  if (lowest.value === 0) return [lowest.duel.peer.name, 'not reached', '–'];
  const { theirs, table } = lowest.sides;
  return [lowest.duel.peer.name, times(lowest.value), times(table && ratio(theirs, table, seconds))];
}

function row(duel: Duel, compared: Compared): string[] {
  const sides = sidesOf(duel, compared);
  if (sides === undefined || duel.ours === undefined)
    return [duel.peer.name, reasonOf(duel, compared), ...Array(10).fill('')];
  const { theirs, parquet, table } = sides;
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
    digits(medianOf(parquet, seconds)),
    digits(table && medianOf(table, seconds)),
    `${ratio(parquet, theirs, objectiveOf)?.toFixed(4)}${reached(sides) ? '' : ' (not reached)'}`,
    megabytes(medianOf(parquet, (run) => run.peakBytes)),
    ratioTo(parquet),
    ratioTo(table),
    within && objective ? (within.objective / objective).toFixed(4) : '–',
  ];
}

/** The runs of both sides; undefined where one has none. */
function sidesOf({ peer, ours }: Duel, { series }: Compared): Sides | undefined {
  const named = (name: string) => series.find((entry) => entry.name === name && entry.runs.length > 0);
  const theirs = named(peer.name);
  const parquet = ours && named(`DuckTopics, parquet, ${nameOf(ours)}`);
  const table = ours && named(`DuckTopics, table, ${nameOf(ours)}`);
  return theirs && parquet && { theirs, parquet, table };
}

function reasonOf({ peer, failure, ours }: Duel, { series }: Compared): string {
  const names = [peer.name, ours ? `DuckTopics, parquet, ${nameOf(ours)}` : ''];
  const failed = series.find((entry) => names.includes(entry.name) && entry.failure !== undefined);
  return failure ?? failed?.failure ?? '–';
}

function reached({ theirs, parquet }: Sides): boolean {
  return (ratio(parquet, theirs, objectiveOf) ?? Number.POSITIVE_INFINITY) <= tolerance;
}

function objectiveOf(run: Parameters<typeof seconds>[0]): number {
  return valueNamed(run, 'objective');
}
