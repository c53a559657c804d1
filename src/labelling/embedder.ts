import type pLimit from 'p-limit';
import { DuckTopicsError } from '../errors.ts';
import { AnswerCache } from './answer-cache.ts';
import type { Scope } from './asker.ts';
import type { Budget } from './budget.ts';
import type { Endpoint } from './endpoint.ts';
import { EndpointError } from './endpoint-error.ts';
import { OfflineEncoder } from './offline-encoder.ts';
import { costOf } from './prices.ts';
import type { Settings } from './settings.ts';
import { countTokens } from './tokens.ts';
import type { UsageLog } from './usage-log.ts';

export interface EmbedderParts {
  endpoint: () => Promise<Endpoint>;
  cache: AnswerCache;
  usage: UsageLog;
  budget: Budget;
  limit: ReturnType<typeof pLimit>;
}

/** How many texts go into one request, and how long each may be in characters. */
const BATCH = 64;
const MAX_TEXT = 8000;

/** Up to how many characters a text is short, and how many vectors of such texts are kept at most (20 MB). */
const SHORT = 100;
const MOST_SHORT = 10_000;

/** Gets embeddings from the endpoint, each text paid for once, or from the offline encoder. */
export class Embedder {
  readonly #settings: Settings;
  readonly #parts: EmbedderParts;
  readonly #encoder = new OfflineEncoder();
  /** The vectors of short texts, being computed or known. */
  readonly #short = new Map<string, Promise<Float32Array>>();

  constructor(settings: Settings, parts: EmbedderParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /**
   * One vector of the offline encoder a text. Labels come again and again: the vectors of short texts are kept. They also go
   * by themselves, since the encoder takes as long for a short text as for the longest beside it.
   */
  async offline(texts: readonly string[]): Promise<Float32Array[]> {
    const isShort = (text: string) => text.length <= SHORT;
    const short = [...new Set(texts.filter((text) => isShort(text) && !this.#short.has(text)))];
    if (this.#short.size + short.length > MOST_SHORT) this.#short.clear();
    const encodedShort = this.#encode(short);
    for (const [index, text] of short.entries()) {
      const vector = encodedShort.then((vectors) => vectors[index] as Float32Array);
      vector.catch(() => this.#short.delete(text));
      this.#short.set(text, vector);
    }
    const kept = texts.map((text) => this.#short.get(text));
    const long = await this.#encode(texts.filter((text) => !isShort(text)));
    return Promise.all(kept.map((vector) => vector ?? (long.shift() as Float32Array)));
  }

  #encode(texts: readonly string[]): Promise<Float32Array[]> {
    return texts.length === 0 ? Promise.resolve([]) : this.#encoder.encode(texts);
  }

  async embed(texts: readonly string[], scope: Scope): Promise<Float32Array[]> {
    if (this.#settings.embeddings === 'offline') return this.offline(texts);
    const prepared = texts.map((text) => text.slice(0, MAX_TEXT).trim() || ' ');
    const found = new Map<string, Float32Array>();
    const missing: string[] = [];
    for (const text of new Set(prepared)) {
      const cached = await this.#parts.cache.get(this.#key(text));
      if (typeof cached === 'string') found.set(text, decode(cached));
      else missing.push(text);
    }
    const batches = Array.from({ length: Math.ceil(missing.length / BATCH) }, (_, index) =>
      missing.slice(index * BATCH, (index + 1) * BATCH),
    );
    const outcomes = await Promise.allSettled(
      batches.map((batch) => this.#parts.limit(() => this.#embedBatch(batch, scope, found))),
    );
    // The neighbours of a batch that failed are in the cache by now.
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return prepared.map((text) => found.get(text) as Float32Array);
  }

  async #embedBatch(batch: string[], scope: Scope, found: Map<string, Float32Array>): Promise<void> {
    const { endpoint, cache, usage, budget } = this.#parts;
    const { prices, embeddingModel: model } = this.#settings;
    scope.signal.throwIfAborted();
    if (scope.refused !== undefined) throw scope.refused;
    const tokens = await Promise.all(batch.map(countTokens));
    const most = costOf(prices, model, { prompt: sum(tokens), completion: 0 });
    if (!(await budget.reserve(model, budget.countsUsd ? most : 0))) {
      throw new DuckTopicsError('the budget is used up', {
        mend: 'raise maxUsd or maxCalls and run the statement again: what was paid for is kept',
      });
    }
    let usd: number | undefined;
    try {
      const { vectors, promptTokens } = await (await endpoint()).embed(batch, scope.signal);
      usd = costOf(prices, model, { prompt: promptTokens, completion: 0 });
      const share = 1 / batch.length;
      for (const [index, text] of batch.entries()) {
        const vector = vectors[index] as Float32Array;
        found.set(text, vector);
        await cache.put(this.#key(text), {
          ...this.#question(text),
          answer: encode(vector),
          promptTokens: tokens[index] as number,
          completionTokens: 0,
          usd: usd === undefined ? null : usd * share,
        });
      }
      await usage.add({
        task: 'embed_text',
        model,
        outcome: 'used',
        promptTokens,
        completionTokens: 0,
        usd: usd ?? null,
      });
    } catch (error) {
      if (error instanceof EndpointError && error.isFinal) scope.refused = error;
      throw error;
    } finally {
      budget.settle(budget.countsUsd ? most : 0, usd);
    }
  }

  #question(text: string) {
    return {
      task: 'embed_text',
      model: this.#settings.embeddingModel,
      promptVersion: 1,
      parameters: {},
      sample: { text },
    };
  }

  #key(text: string): string {
    return AnswerCache.keyOf(this.#question(text));
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** FLOATs as base64 of their little-endian bytes. */
function encode(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

function decode(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
