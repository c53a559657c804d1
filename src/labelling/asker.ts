import { join } from 'node:path';
import pLimit from 'p-limit';
import { AnswerCache, type CacheQuestion } from './answer-cache.ts';
import { Budget } from './budget.ts';
import { InvalidAnswer } from './check-label.ts';
import { Embedder } from './embedder.ts';
import type { Endpoint } from './endpoint.ts';
import { EndpointError } from './endpoint-error.ts';
import { parseAnswer } from './parse-answer.ts';
import { costOf } from './prices.ts';
import type { ChatMessage, Task } from './prompt.ts';
import type { Settings } from './settings.ts';
import { embeddingSimilarity, type Similarity, wordSimilarity } from './similarity.ts';
import { countChatTokens } from './tokens.ts';
import { UsageLog } from './usage-log.ts';

/** One SQL statement that asks: it ends all its questions together. */
export interface Scope {
  /** Aborted by an interrupt. */
  readonly signal: AbortSignal;
  /** Set once the endpoint refused a question in a way that it would refuse every other one. */
  refused?: Error;
}

/** What became of a question. */
export interface Outcome<Answer> {
  /** `pending`: the budget did not allow it. `failed`: asked in vain. A later run asks both again. */
  status: 'done' | 'pending' | 'failed';
  provider: 'openai' | 'keywords';
  /** NULL where no model was asked. */
  model: string | null;
  answer: Answer | undefined;
  error: string | null;
}

/** What was asked and spent, and how many questions were asked in vain. */
export interface Spent {
  calls: number;
  usd: number;
  failures: number;
}

/** What a question would cost. Completion tokens and price are the most that it can take. */
export interface Quote {
  /** 0 where the answer is in the cache or no endpoint is asked. */
  calls: number;
  prompt_tokens: number;
  completion_tokens: number;
  /** US dollars; NULL where the price of the model is unknown. */
  usd: number | null;
}

/** How often an answer that does not fit is asked for, the first time included. */
const ATTEMPTS = 3;

/**
 * Asks an endpoint, or the words of the messages themselves where there is none.
 *
 * A question goes this way: the same question under way in this process; the cache; a place among `concurrency`; the claim
 * (another process may be asking the same); the budget; the endpoint, with retries; the check, and again when the answer does
 * not pass it; the cache. So an answer is on disk the moment it is known to be good, whatever becomes of its neighbours.
 */
export class Asker {
  readonly provider: 'openai' | 'keywords';
  readonly similarity: Similarity;
  readonly #settings: Settings;
  #endpoint: Promise<Endpoint> | undefined;
  readonly #cache: AnswerCache;
  readonly #usage: UsageLog;
  readonly #budget: Budget;
  readonly #embedder: Embedder;
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #running = new Map<string, Promise<Outcome<unknown>>>();
  #failures = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.provider = settings.provider;
    this.#cache = new AnswerCache(join(settings.cache, 'answers'));
    this.#usage = new UsageLog(join(settings.cache, 'usage.jsonl'));
    this.#budget = new Budget(settings);
    this.#limit = pLimit(settings.concurrency);
    this.#embedder = new Embedder(settings, {
      endpoint: () => this.#openEndpoint(),
      cache: this.#cache,
      usage: this.#usage,
      budget: this.#budget,
      limit: this.#limit,
    });
    const byEmbedding = embeddingSimilarity((texts) => this.#embedder.offline(texts));
    this.similarity = async (text, others) =>
      byEmbedding(text, others).catch((error: Error) => {
        // Without the optional packages shared words have to do.
        if (/^missing package/.test(error.message)) return wordSimilarity(text, others);
        throw error;
      });
  }

  /** What was asked and spent since this was made; `failures` counts the questions that were asked in vain. */
  get spent(): Spent {
    return { calls: this.#budget.calls, usd: this.#budget.usd, failures: this.#failures };
  }

  /** Answers a question. Rejects only when `scope.signal` is aborted, or on a fault of this machine. */
  async ask<Answer>(task: Task<Answer>, scope: Scope): Promise<Outcome<Answer>> {
    if (this.provider === 'keywords') {
      return { status: 'done', provider: 'keywords', model: null, answer: await task.offline(), error: null };
    }
    const key = AnswerCache.keyOf(this.#question(task));
    const running = this.#running.get(key) as Promise<Outcome<Answer>> | undefined;
    if (running !== undefined) {
      try {
        return await running;
      } catch (error) {
        // It was another statement that was interrupted.
        if (scope.signal.aborted || this.#running.get(key) === running) throw error;
        return this.ask(task, scope);
      }
    }
    const asked = this.#answer(task, key, scope).finally(() => this.#running.delete(key));
    this.#running.set(key, asked);
    return asked;
  }

  async quote(task: Task<unknown>): Promise<Quote> {
    const free = { calls: 0, prompt_tokens: 0, completion_tokens: 0, usd: 0 };
    if (this.provider === 'keywords') return free;
    if ((await this.#cached(task, AnswerCache.keyOf(this.#question(task)))) !== undefined) return free;
    const tokens = { prompt: await countChatTokens(messagesOf(task)), completion: this.#mostTokens(task) };
    const usd = costOf(this.#settings.prices, this.#settings.model, tokens);
    return { calls: 1, prompt_tokens: tokens.prompt, completion_tokens: tokens.completion, usd: usd ?? null };
  }

  /** The embeddings of texts in their order, from the endpoint or from the offline encoder. */
  async embed(texts: readonly string[], scope: Scope): Promise<Float32Array[]> {
    try {
      return await this.#embedder.embed(texts, scope);
    } catch (error) {
      if (error instanceof EndpointError) this.#failures++;
      throw error;
    }
  }

  /** Empties the cache; returns how many answers it held. */
  clearCache(): Promise<number> {
    return this.#cache.clear();
  }

  async #answer<Answer>(task: Task<Answer>, key: string, scope: Scope): Promise<Outcome<Answer>> {
    const cached = await this.#cached(task, key);
    if (cached !== undefined) return this.#outcome('done', cached);
    return this.#limit(async () => {
      scope.signal.throwIfAborted();
      if (scope.refused !== undefined) return this.#outcome<Answer>('failed', undefined, scope.refused);
      const release = await this.#cache.claim(key, scope.signal);
      try {
        const fromOther = await this.#cached(task, key);
        if (fromOther !== undefined) return this.#outcome('done', fromOther);
        return await this.#askEndpoint(task, key, scope);
      } finally {
        await release();
      }
    });
  }

  async #askEndpoint<Answer>(task: Task<Answer>, key: string, scope: Scope): Promise<Outcome<Answer>> {
    const { model, prices } = this.#settings;
    const messages = messagesOf(task);
    let problem: InvalidAnswer | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const most = await this.#mostUsd(task, messages);
      if (!(await this.#budget.reserve(model, most))) return this.#outcome<Answer>('pending', undefined);
      let usd: number | undefined;
      try {
        const endpoint = await this.#openEndpoint();
        const parameters = endpoint.chatParameters(task.schema, task.maxTokens);
        const completion = await endpoint.complete(messages, parameters, scope.signal);
        const { promptTokens, completionTokens } = completion;
        usd = costOf(prices, model, { prompt: promptTokens, completion: completionTokens });
        const paid = { promptTokens, completionTokens, usd: usd ?? null };
        try {
          if (completion.problem !== undefined) throw completion.problem;
          const raw = parseAnswer(task.schema, completion.content);
          const answer = task.check(raw);
          await this.#cache.put(key, { ...this.#question(task), answer: raw, ...paid });
          await this.#usage.add({ task: task.name, model, outcome: 'used', ...paid });
          return this.#outcome('done', answer);
        } catch (error) {
          if (!(error instanceof InvalidAnswer)) throw error;
          problem = error;
          await this.#usage.add({ task: task.name, model, outcome: 'invalid', ...paid });
          messages.splice(2, Number.POSITIVE_INFINITY, { role: 'user', content: askAgain(error) });
        }
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        if (error.isFinal) scope.refused = error;
        return this.#outcome<Answer>('failed', undefined, error);
      } finally {
        this.#budget.settle(most, usd);
      }
    }
    return this.#outcome<Answer>('failed', undefined, problem);
  }

  /** The client of the endpoint, loaded when it is needed. */
  #openEndpoint(): Promise<Endpoint> {
    this.#endpoint ??= import('./endpoint.ts').then(({ Endpoint }) => new Endpoint(this.#settings));
    return this.#endpoint;
  }

  async #cached<Answer>(task: Task<Answer>, key: string): Promise<Answer | undefined> {
    const raw = await this.#cache.get(key);
    const parsed = raw === undefined ? undefined : task.schema.safeParse(raw);
    if (!parsed?.success) return undefined;
    try {
      return task.check(parsed.data);
    } catch (error) {
      if (error instanceof InvalidAnswer) return undefined;
      throw error;
    }
  }

  #question(task: Task<unknown>): CacheQuestion {
    const { model, parameters } = this.#settings;
    return { task: task.name, model, promptVersion: task.version, parameters, sample: task.input };
  }

  /** The most that asking can cost; 0 where it does not matter, since counting tokens takes time. */
  async #mostUsd(task: Task<unknown>, messages: ChatMessage[]): Promise<number | undefined> {
    if (!this.#budget.countsUsd) return 0;
    const tokens = { prompt: await countChatTokens(messages), completion: this.#mostTokens(task) };
    return costOf(this.#settings.prices, this.#settings.model, tokens);
  }

  #mostTokens(task: Task<unknown>): number {
    const { max_completion_tokens, max_tokens } = this.#settings.parameters;
    return Number(max_completion_tokens ?? max_tokens ?? task.maxTokens);
  }

  #outcome<Answer>(status: Outcome<Answer>['status'], answer: Answer | undefined, error?: Error): Outcome<Answer> {
    if (status === 'failed') this.#failures++;
    return { status, provider: 'openai', model: this.#settings.model, answer, error: error?.message ?? null };
  }
}

function messagesOf(task: Task<unknown>): ChatMessage[] {
  return [
    { role: 'system', content: task.system },
    { role: 'user', content: task.user },
  ];
}

/** The reason is ours, not the model's text: nothing of an answer that did not pass is sent again. */
function askAgain(error: InvalidAnswer): string {
  return `Your last answer could not be used: ${error.message}. Answer again, in the form that was asked for.`;
}
