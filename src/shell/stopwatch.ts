/** Takes the time of a statement from the moment that it is made. */
export class Stopwatch {
  readonly #start = performance.now();
  readonly #cpu = process.cpuUsage();

  /** The line of `.timer on`: seconds by the clock, and of all cores in and for the program. */
  report(): string {
    const real = (performance.now() - this.#start) / 1000;
    const { user, system } = process.cpuUsage(this.#cpu);
    return `Run Time (s): real ${real.toFixed(3)} user ${(user / 1e6).toFixed(6)} sys ${(system / 1e6).toFixed(6)}\n`;
  }
}
