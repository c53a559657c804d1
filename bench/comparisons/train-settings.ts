import type { Vectors } from '../data/vectors.ts';
import { progress, runOnce, valueNamed } from '../harness/rounds.ts';
import type { Options } from '../options.ts';
import { oursContestant } from './train-contestants.ts';

/** How much work a training is. */
export interface Effort {
  iterations: number;
  /** Most rows a centroid. */
  points: number;
}

/** How we train. */
export interface Setting extends Effort {
  /** How the first centroids are chosen. */
  init: 'kmeans++' | 'random';
}

/** A setting that was tried once. */
export interface Trial extends Setting {
  seconds: number;
  objective: number;
}

const iterationSteps = [1, 2, 3, 5, 8, 12, 20];
/** A setting is taken for a target when its trial is no worse than this. */
const tolerance = 1.0005;

/**
 * Tries settings from cheap to dear: from k-means++ and from random first centroids, on a quarter of the rows a centroid and then
 * on all that the peers get; more iterations until the hardest target is reached, or until they bring less than a
 * ten-thousandth.
 */
export async function trySettings(
  data: Vectors,
  k: number,
  mostPoints: number,
  targets: number[],
  options: Options,
): Promise<Trial[]> {
  const hardest = Math.min(...targets);
  const trials: Trial[] = [];
  const quarter = Math.ceil(mostPoints / 4);
  const ladders: Omit<Setting, 'iterations'>[] = [
    ...(quarter < mostPoints ? [{ points: quarter, init: 'kmeans++' } as const] : []),
    ...(quarter < mostPoints ? [{ points: quarter, init: 'random' } as const] : []),
    { points: mostPoints, init: 'kmeans++' },
    { points: mostPoints, init: 'random' },
  ];
  for (const ladder of ladders) {
    let last = Number.POSITIVE_INFINITY;
    for (const iterations of iterationSteps) {
      const setting = { ...ladder, iterations };
      const contestant = oursContestant('npy', data, k, setting, options);
      const run = await runOnce(contestant, 0, options);
      if ('failure' in run) break;
      const objective = valueNamed(run, 'objective');
      trials.push({ ...setting, seconds: run.seconds, objective });
      progress(`  trial ${nameOf(setting)}: ${run.seconds.toFixed(3)} s, objective ${objective.toFixed(5)}`);
      if (objective <= hardest || objective > last * (1 - 1e-4)) break;
      last = objective;
    }
  }
  return trials;
}

/** The fastest trial that reaches the objective, or undefined. */
export function fastestReaching(trials: Trial[], objective: number): Trial | undefined {
  return trials.filter((trial) => trial.objective <= objective * tolerance).sort((a, b) => a.seconds - b.seconds)[0];
}

/** The lowest objective among the trials that took no more than this time, or undefined. */
export function bestWithin(trials: Trial[], seconds: number): Trial | undefined {
  return trials.filter((trial) => trial.seconds <= seconds).sort((a, b) => a.objective - b.objective)[0];
}

/** The trial with the lowest objective. */
export function best(trials: Trial[]): Trial {
  const [first] = [...trials].sort((a, b) => a.objective - b.objective);
  if (first === undefined) throw new Error('missing trials: no training finished within the limit');
  return first;
}

export function nameOf({ iterations, points, init }: Setting): string {
  return `${iterations} ${iterations === 1 ? 'iteration' : 'iterations'} from ${init}, ${points} rows a centroid`;
}
