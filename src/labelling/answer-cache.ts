import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, ownIdentity } from './process-identity.ts';

/** What an answer is found by: the same question to the same model in the same words. */
export interface CacheQuestion {
  task: string;
  model: string;
  promptVersion: number;
  parameters: unknown;
  sample: unknown;
}

export interface CacheEntry extends CacheQuestion {
  answer: unknown;
  promptTokens: number;
  completionTokens: number;
  usd: number | null;
}

/**
 * The answers that were paid for, one file each, named after the SHA-256 of the question.
 *
 * A file appears whole or not at all (it is written beside its place and renamed), so a killed process leaves no half answer,
 * and any number of processes can share the folder. `label_cache()` reads it in SQL. A claim (`<key>.claim`, which names its
 * process) keeps a second process from asking what a first one is being answered; a claim of a dead process counts for nothing.
 */
export class AnswerCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  static keyOf(question: CacheQuestion): string {
    const { task, model, promptVersion, parameters, sample } = question;
    return createHash('sha256')
      .update(JSON.stringify([task, model, promptVersion, canonical(parameters), sample]))
      .digest('hex');
  }

  async get(key: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(this.#file(key), 'utf8')).answer;
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async put(key: string, entry: CacheEntry): Promise<void> {
    const file = this.#file(key);
    const line = JSON.stringify({
      key,
      task: entry.task,
      model: entry.model,
      prompt_version: entry.promptVersion,
      parameters: entry.parameters,
      sample: entry.sample,
      answer: entry.answer,
      prompt_tokens: entry.promptTokens,
      completion_tokens: entry.completionTokens,
      usd: entry.usd,
      created_at: new Date().toISOString(),
    });
    const beside = `${file}.${randomUUID()}`;
    await makePrivate(dirname(file));
    const handle = await open(beside, 'w', 0o600);
    try {
      await handle.writeFile(`${line}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  }

  /** Claims a question for this process; waits while another one holds it. Returns what gives the claim back. */
  async claim(key: string, signal: AbortSignal): Promise<() => Promise<void>> {
    const file = `${this.#file(key)}.claim`;
    await makePrivate(dirname(file));
    for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
      if (await createWhole(file, ownIdentity())) return () => unlink(file).catch(() => {});
      const owner = await readFile(file, 'utf8').catch(() => undefined);
      // Gone meanwhile: try again at once.
      if (owner === undefined) continue;
      if (!isAlive(owner)) await unlink(file).catch(() => {});
      else await sleep(wait, undefined, { signal });
    }
  }

  /** Removes all answers and returns how many there were. Claims and the record of what was spent stay. */
  async clear(): Promise<number> {
    let removed = 0;
    for (const shard of await readdir(this.#folder).catch(() => [])) {
      for (const name of await readdir(join(this.#folder, shard))) {
        if (!/^[0-9a-f]{64}\.json$/.test(name)) continue;
        await rm(join(this.#folder, shard, name), { force: true });
        removed++;
      }
    }
    return removed;
  }

  #file(key: string): string {
    return join(this.#folder, key.slice(0, 2), `${key}.json`);
  }
}

/** Creates a file with its content in one step, even for a process that is killed; false when it exists. */
async function createWhole(file: string, content: string): Promise<boolean> {
  const beside = `${file}.${randomUUID()}`;
  await writeFile(beside, content, { mode: 0o600 });
  try {
    await link(beside, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(beside);
  }
}

async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** The same object with its keys in order, so that the order in which options were written does not count. */
function canonical(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(canonical);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, canonical(inner)]),
  );
}
