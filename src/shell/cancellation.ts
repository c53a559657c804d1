import { constants } from 'node:os';

/** How long a query may take to heed a signal that ends the program; training, for one, heeds none. */
const graceMs = 10_000;

/** The signals after which the shell is to be gone, also where somebody sits at a prompt. */
const endingSignals: NodeJS.Signals[] = ['SIGTERM', 'SIGHUP'];

/**
 * Ctrl-C (SIGINT) ends the running query, and the program too where nobody sits at a prompt; SIGTERM and SIGHUP end both always.
 * The process ends at once where a query does not stop: at the next such signal, after 10 s, or when Ctrl-C is pressed a third time
 * at a prompt.
 */
export class Cancellation {
  /** Whether Ctrl-C ends the query alone. */
  isInteractive = false;
  #ending: NodeJS.Signals | undefined;
  /** How often Ctrl-C was pressed since the work began. */
  #presses = 0;
  #interrupt: (() => void) | undefined;
  #repeat: NodeJS.Timeout | undefined;
  readonly #onSignal = (signal: NodeJS.Signals) => {
    if (this.isInteractive && signal === 'SIGINT') this.#cancel();
    else this.#end(signal);
  };

  /** Whether a signal has ended the program's work. */
  get hasStopped(): boolean {
    return this.#ending !== undefined;
  }

  /** What a program that ended by this signal returns: 130 for Ctrl-C. Undefined where none has. */
  get exitCode(): number | undefined {
    return this.#ending === undefined ? undefined : exitCodeOf(this.#ending);
  }

  /** From now on the signals do no more what they do by default. */
  listen(): void {
    for (const signal of ['SIGINT', ...endingSignals]) process.on(signal, this.#onSignal);
  }

  end(): void {
    for (const signal of ['SIGINT', ...endingSignals]) process.off(signal, this.#onSignal);
  }

  /** Runs `work` that blocks the event loop, in which SIGTERM and SIGHUP would not be heard: they do what they do by default. */
  standAside<T>(work: () => T): T {
    for (const signal of endingSignals) process.off(signal, this.#onSignal);
    try {
      return work();
    } finally {
      for (const signal of endingSignals) process.on(signal, this.#onSignal);
    }
  }

  /** Runs `work`; on a signal `interrupt` is called, again and again until `work` has ended. */
  async guard<T>(interrupt: () => void, work: () => Promise<T>): Promise<T> {
    this.#presses = 0;
    this.#interrupt = interrupt;
    try {
      return await work();
    } finally {
      this.#interrupt = undefined;
      clearInterval(this.#repeat);
      this.#repeat = undefined;
    }
  }

  /** Throws when a signal has come since the work began. */
  check(): void {
    if (this.#presses > 0 || this.hasStopped) throw new Error('INTERRUPT Error: Interrupted!');
  }

  /** Ctrl-C at a prompt. */
  #cancel(): void {
    if (this.#interrupt === undefined) return;
    this.#presses++;
    this.#stopQuery(this.#interrupt);
    if (this.#presses === 2) process.stderr.write('\nthe query has not stopped yet; Ctrl-C again ends the shell\n');
    if (this.#presses === 3) endAtOnce('SIGINT');
  }

  #end(signal: NodeJS.Signals): void {
    // A second signal finds nothing that could be ended gently.
    if (this.hasStopped) endAtOnce(signal);
    // Nor does one while the program waits for input.
    if (this.#interrupt === undefined) process.exit(exitCodeOf(signal));
    this.#ending = signal;
    this.#stopQuery(this.#interrupt);
    setTimeout(() => endAtOnce(signal), graceMs).unref();
  }

  #stopQuery(interrupt: () => void): void {
    interrupt();
    // A query that was just about to start has not seen the first call.
    this.#repeat ??= setInterval(interrupt, 50);
  }
}

function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** Ends the process though a query runs, for whose end `process.exit()` would wait. */
function endAtOnce(signal: NodeJS.Signals): void {
  process.emit('exit', exitCodeOf(signal));
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
