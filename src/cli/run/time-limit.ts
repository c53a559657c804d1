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
 * thrown. Between two queries `checkpoint()` throws when the time is over; `stopped` is aborted then. `onStuck` is called when
 * `work` has not ended 10 s later: training, for one, does not look whether it was interrupted.
 */
export async function withTimeLimit<T>(
  connection: Interruptible,
  seconds: number | undefined,
  work: (checkpoint: () => void, stopped: AbortSignal) => Promise<T>,
  onStuck: (error: TimedOut) => void,
  graceMs = 10_000,
): Promise<T> {
  const controller = new AbortController();
  const stopped = controller.signal;
  if (seconds === undefined) return work(() => {}, stopped);
  let repeat: NodeJS.Timeout | undefined;
  let stuck: NodeJS.Timeout | undefined;
  const timer = setTimeout(
    () => {
      const timedOut = new TimedOut(seconds);
      controller.abort(timedOut);
      connection.interrupt();
      // A query that was just about to start has not seen the first call.
      repeat = setInterval(() => connection.interrupt(), 50);
      stuck = setTimeout(() => onStuck(timedOut), graceMs);
    },
    Math.min(seconds * 1000, 2 ** 31 - 1),
  );
  const checkpoint = () => stopped.throwIfAborted();
  try {
    return await work(checkpoint, stopped);
  } catch (error) {
    checkpoint();
    throw error;
  } finally {
    clearTimeout(timer);
    clearInterval(repeat);
    clearTimeout(stuck);
  }
}
