import { DuckTopicsError } from '../errors.ts';

/** What may be spent, and what was. */
export class Budget {
  readonly #maxUsd: number;
  readonly #maxCalls: number;
  #calls = 0;
  #usd = 0;
  #reserved = 0;
  #waiting: (() => void)[] = [];

  constructor(limits: { maxUsd: number; maxCalls: number }) {
    this.#maxUsd = limits.maxUsd;
    this.#maxCalls = limits.maxCalls;
  }

  /** Whether the price of a call matters. */
  get countsUsd(): boolean {
    return this.#maxUsd !== Number.POSITIVE_INFINITY;
  }

  get calls(): number {
    return this.#calls;
  }

  get usd(): number {
    return this.#usd;
  }

  /**
   * Sets the most that a call can cost aside; false when the budget does not allow it. Where only the calls under way stand in
   * the way, it waits until they have shown what they really cost. Give the result of a call to `settle`.
   */
  async reserve(model: string, most: number | undefined): Promise<boolean> {
    if (most === undefined && this.countsUsd) {
      throw new DuckTopicsError(`unknown price of model: ${model}`, {
        mend: `give it with DUCKTOPICS_PRICES='{"${model}": {"input": 0.4, "output": 1.6}}' (US dollars for a million tokens)`,
      });
    }
    const usd = most ?? 0;
    while (this.#calls < this.#maxCalls) {
      if (this.#usd + this.#reserved + usd <= this.#maxUsd) {
        this.#calls++;
        this.#reserved += usd;
        return true;
      }
      if (this.#reserved === 0) return false;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return false;
  }

  settle(most: number | undefined, spent: number | undefined): void {
    this.#reserved -= most ?? 0;
    // What floating point leaves over must not keep others waiting.
    if (this.#reserved < 1e-12) this.#reserved = 0;
    this.#usd += spent ?? 0;
    for (const resume of this.#waiting.splice(0)) resume();
  }
}
