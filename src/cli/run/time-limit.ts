import { DuckTopicsError } from '../../errors.ts';
import type { Interruptible } from '../interrupt.ts';

/** The run has taken longer than `--timeout`. */
export class TimedOut extends DuckTopicsError {
  constructor(seconds: number) {
    super(`timed out after ${seconds} s`, { mend: 'give it longer with: --timeout SECONDS' });
  }
}

/**
 * Runs `work` for at most so many seconds; undefined is no limit. Then the running query is cancelled, `work` fails, and `TimedOut` is
 * thrown. Between two queries `checkpoint()` throws when the time is over. `onStuck` is called when `work` has not ended
 * 10 s later: training, for one, does not look whether it was interrupted.
 */
export async function withTimeLimit<T>(
  connection: Interruptible,
  seconds: number | undefined,
  work: (checkpoint: () => void) => Promise<T>,
  onStuck: (error: TimedOut) => void,
  graceMs = 10_000,
): Promise<T> {
  if (seconds === undefined) return work(() => {});
  let isOver = false;
  let repeat: NodeJS.Timeout | undefined;
  let stuck: NodeJS.Timeout | undefined;
  const timer = setTimeout(
    () => {
      isOver = true;
      connection.interrupt();
      // A query that was just about to start has not seen the first call.
      repeat = setInterval(() => connection.interrupt(), 50);
      stuck = setTimeout(() => onStuck(new TimedOut(seconds)), graceMs);
    },
    Math.min(seconds * 1000, 2 ** 31 - 1),
  );
  const checkpoint = () => {
    if (isOver) throw new TimedOut(seconds);
  };
  try {
    return await work(checkpoint);
  } catch (error) {
    checkpoint();
    throw error;
  } finally {
    clearTimeout(timer);
    clearInterval(repeat);
    clearTimeout(stuck);
  }
}
