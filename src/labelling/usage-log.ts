import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** One answer of the endpoint that had to be paid. */
export interface Usage {
  task: string;
  model: string;
  /** `used`, or `invalid` where the answer could not be used and was asked for again. */
  outcome: 'used' | 'invalid';
  promptTokens: number;
  completionTokens: number;
  /** NULL where the price of the model is unknown. */
  usd: number | null;
}

/** Appends one line a paid answer to a file of JSON lines, which `label_usage()` reads. */
export class UsageLog {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  async add(usage: Usage): Promise<void> {
    const line = JSON.stringify({
      created_at: new Date().toISOString(),
      task: usage.task,
      model: usage.model,
      outcome: usage.outcome,
      prompt_tokens: usage.promptTokens,
      completion_tokens: usage.completionTokens,
      usd: usage.usd,
    });
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    // One write, with a line break before it: a line that a killed process left half written spoils only itself.
    await appendFile(this.#file, `\n${line}\n`, { mode: 0o600 });
  }
}
