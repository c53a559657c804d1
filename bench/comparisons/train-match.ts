import type { Vectors } from '../data/vectors.ts';
import { alternate, type Contestant, objectiveOf, ratio, type Series } from '../harness/rounds.ts';
import type { Options } from '../options.ts';
import { tolerance } from './measured-objectives.ts';
import type { Peer } from './train-cases.ts';
import { oursContestant, peerContestant } from './train-contestants.ts';
import type { Effort, Trial } from './train-settings.ts';

/** A peer, and the setting of ours that is to reach its objective. */
export interface Duel {
  peer: Peer;
  /** Why the peer, or ours, has no runs. */
  failure?: string;
  ours?: Trial;
  sides?: Sides | undefined;
}

/** The timed rounds of a duel. */
interface Sides {
  theirs: Series;
  npy: Series;
  parquet: Series | undefined;
}

/** Times the peers of these duels and the settings of ours that are to reach them, all in turn; gives each duel its sides. */
export async function match(
  duels: Duel[],
  data: Vectors,
  k: number,
  effort: Effort,
  options: Options,
): Promise<Series[]> {
  const contestants = new Map<string, Contestant>();
  const sidesOf = new Map<Duel, Contestant[]>();
  for (const duel of duels) {
    if (duel.ours === undefined) continue;
    const sides = [
      oursContestant('npy', data, k, duel.ours, options),
      peerContestant(duel.peer, data, k, effort, options),
      oursContestant('parquet', data, k, duel.ours, options),
    ];
    for (const side of sides) contestants.set(side.name, side);
    sidesOf.set(duel, sides);
  }
  const series = await alternate([...contestants.values()], options.pairs, { ...options, warmUp: false });
  for (const [duel, sides] of sidesOf) {
    const [npy, theirs, parquet] = sides.map(({ name }) => series.find((entry) => entry.name === name));
    const failure = theirs?.failure ?? npy?.failure;
    if (failure !== undefined) duel.failure = failure;
    duel.sides = theirs?.runs.length && npy?.runs.length ? { theirs, npy, parquet } : undefined;
  }
  return series;
}

/** Whether the median of our objective / theirs is no more than `tolerance`. */
export function reached({ theirs, npy }: Sides): boolean {
  const quotient = ratio(npy, theirs, objectiveOf);
  return (quotient ?? Number.POSITIVE_INFINITY) <= tolerance;
}
