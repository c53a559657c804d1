import { constants } from 'node:os';

/** Thrown when a signal stopped the work. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: NodeJS.Signals;
  /** What a shell expects of a program that ended by this signal: 130 for Ctrl-C. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super('interrupted');
    this.signal = signal;
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** What is interrupted: the running query of a connection. */
export interface Interruptible {
  interrupt(): void;
}

export interface InterruptOptions {
  /** What ends the process when `work` has not ended in time. Default: `endAtOnce`. */
  onStuck?: (interrupted: Interrupted) => void;
  /** How long `work` may take to end. Default: 10 s. */
  graceMs?: number;
}

/**
 * Runs `work`; Ctrl-C (SIGINT), SIGTERM or a terminal that is closed (SIGHUP) cancels the running query of the connection. Then
 * `work` fails, its `finally` blocks close the database, and `Interrupted` is thrown. A second signal ends the process at
 * once, and so do 10 s in which `work` has not ended: training, for one, does not look whether it was interrupted.
 *
 * Between two queries `checkpoint()` throws when a signal has come. `stopped` is aborted with the signal, for what waits elsewhere.
 */
export async function interruptible<T>(
  connection: Interruptible,
  work: (checkpoint: () => void, stopped: AbortSignal) => Promise<T>,
  { onStuck = endAtOnce, graceMs = 10_000 }: InterruptOptions = {},
): Promise<T> {
  const controller = new AbortController();
  const stopped = controller.signal;
  let repeat: NodeJS.Timeout | undefined;
  let stuck: NodeJS.Timeout | undefined;
  const stop = (signal: NodeJS.Signals) => {
    const interrupted = new Interrupted(signal);
    if (stopped.aborted) return endAtOnce(interrupted);
    controller.abort(interrupted);
    connection.interrupt();
    // A query that was just about to start has not seen the first call.
    repeat = setInterval(() => connection.interrupt(), 50);
    stuck = setTimeout(() => onStuck(interrupted), graceMs);
  };
  const checkpoint = () => stopped.throwIfAborted();
  for (const signal of signals) process.on(signal, stop);
  try {
    const result = await work(checkpoint, stopped);
    checkpoint();
    return result;
  } catch (error) {
    checkpoint();
    throw error;
  } finally {
    clearInterval(repeat);
    clearTimeout(stuck);
    for (const signal of signals) process.off(signal, stop);
  }
}

/**
 * Ends the process by the signal though a query runs, for whose end `process.exit()` would wait. What is not committed is not in the
 * database.
 */
export function endAtOnce({ signal, exitCode }: Interrupted): void {
  process.emit('exit', exitCode);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
