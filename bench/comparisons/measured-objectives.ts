import { mean, sampleVariance } from 'simple-statistics';
import type { Limits } from '../harness/job.ts';
import { type Contestant, objectiveOf, progress, runOnce } from '../harness/rounds.ts';

/** Seeds of each side by which a comparison is decided. */
const seeds = 3;
/** Ours does not reach theirs where its first seed is higher by more than this share. */
const close = 0.005;
/** An objective counts as reached up to this factor. */
export const tolerance = 1.001;

/** The objectives of one training under one seed after another; only the first is known from the start. */
export class MeasuredObjectives {
  readonly #known: number[];
  readonly #contestant: Contestant;
  readonly #limits: Limits;

  /** `first` is the objective of round 0. */
  constructor(first: number, contestant: Contestant, limits: Limits) {
    this.#known = [first];
    this.#contestant = contestant;
    this.#limits = limits;
  }

  get known(): number[] {
    return this.#known;
  }

  get first(): number {
    return this.#known[0] ?? Number.NaN;
  }

  /** At least `count` of them, fewer where a run fails. Rounds below 0 have the seeds that no counted round has. */
  async atLeast(count: number): Promise<number[]> {
    while (this.#known.length < count) {
      const run = await runOnce(this.#contestant, -this.#known.length, this.#limits);
      if ('failure' in run) break;
      const objective = objectiveOf(run);
      this.#known.push(objective);
      progress(`  another seed of ${this.#contestant.name}: objective ${objective.toPrecision(6)}`);
    }
    return this.#known;
  }
}

/**
 * Whether our mean objective over several seeds is no more than `tolerance` times theirs, and by one standard error of the
 * difference: what a few seeds reach by luck, others miss.
 */
export async function reaches(ours: MeasuredObjectives, theirs: MeasuredObjectives): Promise<boolean> {
  if (ours.first > theirs.first * (1 + close)) return false;
  const own = await ours.atLeast(seeds);
  const other = await theirs.atLeast(seeds);
  return mean(own) + standardError(own, other) <= mean(other) * tolerance;
}

/** Of the difference of the two means; infinite where a side has one value. */
function standardError(...sides: number[][]): number {
  const variances = sides.map((side) =>
    side.length < 2 ? Number.POSITIVE_INFINITY : sampleVariance(side) / side.length,
  );
  return Math.sqrt(variances.reduce((sum, variance) => sum + variance, 0));
}
