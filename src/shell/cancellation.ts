/** Ctrl-C (SIGINT) ends the running query, and the program too where nobody sits at a prompt. */
export class Cancellation {
  /** Whether Ctrl-C ends the query alone. */
  isInteractive = false;
  /** Whether a signal has ended the program's work. */
  hasStopped = false;
  #isCancelled = false;
  #interrupt: (() => void) | undefined;
  #repeat: NodeJS.Timeout | undefined;
  readonly #stop = () => this.#onSignal();

  /** From now on SIGINT does no more what it does by default. */
  listen(): void {
    process.on('SIGINT', this.#stop);
  }

  end(): void {
    process.off('SIGINT', this.#stop);
  }

  /** Runs `work`; on SIGINT `interrupt` is called, again and again until `work` has ended. */
  async guard<T>(interrupt: () => void, work: () => Promise<T>): Promise<T> {
    this.#isCancelled = false;
    this.#interrupt = interrupt;
    try {
      return await work();
    } finally {
      this.#interrupt = undefined;
      clearInterval(this.#repeat);
      this.#repeat = undefined;
    }
  }

  /** Throws when Ctrl-C was pressed since the work began. */
  check(): void {
    if (this.#isCancelled) throw new Error('INTERRUPT Error: Interrupted!');
  }

  #onSignal(): void {
    const interrupt = this.#interrupt;
    if (!this.isInteractive) {
      // A second signal, or one while the program waits for input, finds nothing that could be ended gently.
      if (this.hasStopped || interrupt === undefined) process.exit(130);
      this.hasStopped = true;
    }
    if (interrupt === undefined) return;
    this.#isCancelled = true;
    interrupt();
    // A query that was just about to start has not seen the first call.
    this.#repeat ??= setInterval(interrupt, 50);
  }
}
