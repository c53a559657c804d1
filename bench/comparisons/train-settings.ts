import { median } from 'simple-statistics';
import type { Vectors } from '../data/vectors.ts';
import { objectiveOf, progress, runOnce } from '../harness/rounds.ts';
import type { Options } from '../options.ts';
import { MeasuredObjectives, reaches } from './measured-objectives.ts';
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

/** A setting that was tried. */
export interface Trial extends Setting {
  /** Of its first run. */
  seconds: number;
  objectives: MeasuredObjectives;
}

const iterationSteps = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20];
/** More iterations are not tried where so many times what the last ones brought would not reach the next target, */
const hopefulSteps = 4;
/** or where the objective is so far below all targets by one seed that other seeds will hardly miss them, */
const farBelow = 0.995;
/** or where they take so many times as long as another setting that is so far below. */
const farSlower = 1.5;

/**
 * Tries settings from cheap to dear: from random first centroids on a quarter, a half and all of the rows a centroid that the
 * peers get, then from k-means++ on all; each with more and more iterations.
 */
export async function trySettings(
  data: Vectors,
  k: number,
  mostPoints: number,
  targets: number[],
  options: Options,
): Promise<Trial[]> {
  const trials: Trial[] = [];
  const amounts = [...new Set([4, 2, 1].map((part) => Math.ceil(mostPoints / part)))];
  const ladders: Omit<Setting, 'iterations'>[] = [
    ...amounts.map((points) => ({ points, init: 'random' }) as const),
    { points: mostPoints, init: 'kmeans++' },
  ];
  const goals = targets.flatMap((target) => [target, target * farBelow]);
  let fastest = Number.POSITIVE_INFINITY;
  for (const ladder of ladders) {
    let last = Number.POSITIVE_INFINITY;
    for (const iterations of iterationSteps) {
      const setting = { ...ladder, iterations };
      const contestant = oursContestant('npy', data, k, setting, options);
      const run = await runOnce(contestant, 0, options);
      if ('failure' in run) break;
      const objective = objectiveOf(run);
      const objectives = new MeasuredObjectives(objective, contestant, options);
      trials.push({ ...setting, seconds: run.seconds, objectives });
      progress(`  trial ${nameOf(setting)}: ${run.seconds.toFixed(3)} s, objective ${objective.toPrecision(6)}`);
      const next = Math.max(...goals.filter((goal) => objective > goal));
      const done = next === Number.NEGATIVE_INFINITY;
      if (done) fastest = Math.min(fastest, run.seconds);
      const hopeless = objective - hopefulSteps * (last - objective) > next;
      if (done || hopeless || run.seconds > farSlower * fastest) break;
      last = objective;
    }
  }
  return trials;
}

/**
 * The fastest trial that reaches the objectives of the peer under several seeds of both, of all trials or of those that took
 * longer than another one; undefined where none does.
 */
export async function fastestReaching(
  trials: Trial[],
  peer: MeasuredObjectives,
  than?: Trial,
): Promise<Trial | undefined> {
  const dearer = trials.filter(({ seconds }) => than === undefined || seconds > than.seconds);
  for (const trial of dearer.sort((a, b) => a.seconds - b.seconds)) {
    if (await reaches(trial.objectives, peer)) return trial;
  }
  return undefined;
}

/** The trial with the lowest objective. */
export function lowest(trials: Trial[]): Trial {
  const [first] = [...trials].sort((a, b) => a.objectives.first - b.objectives.first);
  if (first === undefined) throw new Error('missing trials: no training finished within the limit');
  return first;
}

/** The lowest objective among the trials that took no more than this time, or undefined. */
export function bestWithin(trials: Trial[], seconds: number): number | undefined {
  const objectives = trials
    .filter((trial) => trial.seconds <= seconds)
    .map(({ objectives }) => median(objectives.known));
  return objectives.length === 0 ? undefined : Math.min(...objectives);
}

export function nameOf({ iterations, points, init }: Setting): string {
  return `${iterations} ${iterations === 1 ? 'iteration' : 'iterations'} from ${init}, ${points} rows a centroid`;
}
