import { median } from 'simple-statistics';
import { type Job, type Limits, NotFinished, type Run, runJob } from './job.ts';

export interface Contestant {
  name: string;
  /** The job of a round; round 0 is not counted. */
  job: (round: number) => Job;
  /** Another project's code: that it fails is a result and ends only its own runs. */
  peer?: boolean;
  /** Looks at the files that a run left and returns more values of it; off the clock. */
  judge?: (round: number, run: Run) => Promise<Record<string, number>>;
}

/** All counted runs of one contestant, in the order of the rounds. */
export interface Series {
  name: string;
  runs: Run[];
  /** Why there are no runs. */
  failure?: string;
}

/**
 * Runs the contestants in turn (A B A B ...), each run in a fresh process: one round that is not counted (unless `warmUp` is
 * false), then `pairs` rounds.
 * A peer that fails or does not finish is left out of the rest and says why.
 */
export async function alternate(
  contestants: Contestant[],
  pairs: number,
  limits: Limits & { warmUp?: boolean },
): Promise<Series[]> {
  const series: Series[] = contestants.map(({ name }) => ({ name, runs: [] }));
  for (let round = limits.warmUp === false ? 1 : 0; round <= pairs; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const own = series[i];
      if (own === undefined || own.failure !== undefined) continue;
      const run = await runOnce(contestant, round, limits);
      if ('failure' in run) {
        own.failure = run.failure;
        own.runs = [];
        progress(`  ${contestant.name}: ${run.failure}`);
        continue;
      }
      progress(`  ${round === 0 ? 'warm-up' : `${round}/${pairs}`} ${contestant.name}: ${run.seconds.toFixed(3)} s`);
      if (round > 0) own.runs.push(run);
    }
  }
  return series;
}

/** One run of a contestant with what its judge says, or why a peer's run failed. */
export async function runOnce(
  contestant: Contestant,
  round: number,
  limits: Limits,
): Promise<Run | { failure: string }> {
  try {
    const run = await runJob(contestant.job(round), limits);
    return { ...run, values: { ...run.values, ...(await contestant.judge?.(round, run)) } };
  } catch (error) {
    if (!contestant.peer && !(error instanceof NotFinished)) throw error;
    return { failure: error instanceof Error ? lastLine(error.message) : String(error) };
  }
}

/** The median of one measure over the runs, or undefined where there are none. */
export function medianOf(series: Series, measure: (run: Run) => number): number | undefined {
  return series.runs.length === 0 ? undefined : median(series.runs.map(measure));
}

/** The median of theirs / ours, each pair from one round; undefined where a side has no runs. */
export function ratio(theirs: Series, ours: Series, measure: (run: Run) => number): number | undefined {
  const ratios = theirs.runs.flatMap((run, i) => {
    const own = ours.runs[i];
    return own === undefined ? [] : [measure(run) / measure(own)];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}

export function seconds(run: Run): number {
  return run.seconds;
}

/** The objective that the judge found. */
export function objectiveOf(run: Run): number {
  return valueNamed(run, 'objective');
}

/** A value of a run as a number; throws `missing value: ...`. */
export function valueNamed(run: Run, name: string): number {
  const value = run.values[name];
  if (typeof value !== 'number') throw new Error(`missing value: ${name}`);
  return value;
}

export function progress(line: string): void {
  console.error(line);
}

function lastLine(message: string): string {
  return message.trim().split('\n').at(-1) ?? message;
}
