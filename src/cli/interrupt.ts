import { constants } from 'node:os';

/** Thrown when a signal stopped the work. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** What a shell expects of a program that ended by this signal: 130 for Ctrl-C. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super('interrupted');
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** What is interrupted: the running query of a connection. */
export interface Interruptible {
  interrupt(): void;
}

/**
 * Runs `work`; Ctrl-C (SIGINT) or SIGTERM cancels the running query of the connection. Then `work` fails, its `finally` blocks
 * close the database, and `Interrupted` is thrown. A second signal ends the process at once.
 *
 * Between two queries `checkpoint()` throws when a signal has come.
 */
export async function interruptible<T>(
  connection: Interruptible,
  work: (checkpoint: () => void) => Promise<T>,
): Promise<T> {
  let received: NodeJS.Signals | undefined;
  let repeat: NodeJS.Timeout | undefined;
  const stop = (signal: NodeJS.Signals) => {
    if (received !== undefined) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
      return;
    }
    received = signal;
    connection.interrupt();
    // A query that was just about to start has not seen the first call.
    repeat = setInterval(() => connection.interrupt(), 50);
  };
  const checkpoint = () => {
    if (received !== undefined) throw new Interrupted(received);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    const result = await work(checkpoint);
    checkpoint();
    return result;
  } catch (error) {
    checkpoint();
    throw error;
  } finally {
    clearInterval(repeat);
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
