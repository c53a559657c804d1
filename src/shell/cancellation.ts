/** Ctrl-C (SIGINT) while a query runs: it ends the query, and the program only where nobody sits at a prompt. */
export class Cancellation {
  /** Whether Ctrl-C ends the query alone. */
  isInteractive = false;
  /** Whether a signal has ended the program's work. */
  hasStopped = false;
  #isCancelled = false;

  /** Runs `work`; on SIGINT `interrupt` is called, again and again until `work` has ended. */
  async guard<T>(interrupt: () => void, work: () => Promise<T>): Promise<T> {
    let repeat: NodeJS.Timeout | undefined;
    this.#isCancelled = false;
    const stop = () => {
      this.#isCancelled = true;
      if (!this.isInteractive) this.hasStopped = true;
      interrupt();
      // A query that was just about to start has not seen the first call.
      repeat ??= setInterval(interrupt, 50);
    };
    process.on('SIGINT', stop);
    try {
      return await work();
    } finally {
      clearInterval(repeat);
      process.off('SIGINT', stop);
    }
  }

  /** Throws when Ctrl-C was pressed since the work began. */
  check(): void {
    if (this.#isCancelled) throw new Error('INTERRUPT Error: Interrupted!');
  }
}
