import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { DuckTopicsError } from '../errors.ts';
import type { Prices } from './prices.ts';

/**
 * How topics are named. Every option falls back to an environment variable, then to its default.
 *
 * ```ts
 * await using db = await open('topics.duckdb', { labelling: { model: 'gpt-4.1-mini', maxUsd: 0.5 } });
 * ```
 */
export interface LabellingOptions {
  /**
   * `'openai'`: an OpenAI-compatible endpoint. `'keywords'`: nothing leaves the machine, labels are made of keywords.
   * `DUCKTOPICS_PROVIDER`; default: `'openai'` where a key or a base URL is given, else `'keywords'`.
   */
  provider?: 'openai' | 'keywords';
  /** The key of the endpoint. `OPENAI_API_KEY`. It is never written anywhere. */
  apiKey?: string;
  /** The address of the endpoint, as `http://127.0.0.1:11434/v1`. `OPENAI_BASE_URL`; default: OpenAI's own. */
  baseURL?: string;
  /** The model that names topics. `DUCKTOPICS_LABEL_MODEL`; default: `gpt-4.1-mini`. */
  model?: string;
  /** The model behind `embed_text`. `DUCKTOPICS_EMBEDDING_MODEL`; default: `text-embedding-3-small`. */
  embeddingModel?: string;
  /**
   * Where `embed_text` gets its vectors: `'openai'`, the endpoint, or `'offline'`, the sentence encoder on this machine.
   * `DUCKTOPICS_EMBEDDINGS`; default: as `provider`.
   */
  embeddings?: 'openai' | 'offline';
  /** How many requests are under way at once, 1 to 1,000. `DUCKTOPICS_CONCURRENCY`; default: 8. */
  concurrency?: number;
  /** How long one request may take, in seconds. `DUCKTOPICS_CALL_SECONDS`; default: 60. */
  callSeconds?: number;
  /** How long all requests of one SQL statement may take together, in seconds. `DUCKTOPICS_QUERY_SECONDS`; default: 3,600. */
  querySeconds?: number;
  /** How often a request is sent again after 408, 409, 429, 5xx, a time-out or a cut connection. Default: 6. */
  retries?: number;
  /** Stop before more than this is spent, in US dollars, over the life of the connection. `DUCKTOPICS_MAX_USD`; default: no limit. */
  maxUsd?: number;
  /** Stop before more than this many calls, over the life of the connection. `DUCKTOPICS_MAX_CALLS`; default: no limit. */
  maxCalls?: number;
  /** Prices by model, beside and above the built-in ones. `DUCKTOPICS_PRICES`, as JSON. */
  prices?: Prices;
  /** Parameters of chat completions, beside and above `{ temperature: 0, seed: 1234 }`; null takes one away. */
  parameters?: Record<string, unknown>;
  /** The folder of the cache of answers. `DUCKTOPICS_CACHE`; default: `$XDG_CACHE_HOME/ducktopics` or `~/.cache/ducktopics`. */
  cache?: string;
}

export interface Settings {
  provider: 'openai' | 'keywords';
  apiKey: string | undefined;
  baseURL: string | undefined;
  model: string;
  embeddingModel: string;
  embeddings: 'openai' | 'offline';
  concurrency: number;
  callSeconds: number;
  querySeconds: number;
  retries: number;
  maxUsd: number;
  maxCalls: number;
  prices: Prices;
  parameters: Record<string, unknown>;
  cache: string;
}

type Environment = Record<string, string | undefined>;

/** Options, environment and defaults put together and checked. Errors name the option or the variable. */
export function resolveSettings(options: LabellingOptions = {}, env: Environment = process.env): Settings {
  const given = (name: string) => env[name]?.trim() || undefined;
  const apiKey = options.apiKey ?? given('OPENAI_API_KEY');
  const baseURL = options.baseURL ?? given('OPENAI_BASE_URL');
  const hasEndpoint = apiKey !== undefined || baseURL !== undefined;
  const provider = oneOf(
    'provider',
    options.provider ?? given('DUCKTOPICS_PROVIDER') ?? (hasEndpoint ? 'openai' : 'keywords'),
    ['openai', 'keywords'] as const,
  );
  const embeddings = oneOf(
    'embeddings',
    options.embeddings ?? given('DUCKTOPICS_EMBEDDINGS') ?? (provider === 'openai' ? 'openai' : 'offline'),
    ['openai', 'offline'] as const,
  );
  if (!hasEndpoint && (provider === 'openai' || embeddings === 'openai')) {
    throw new DuckTopicsError('missing endpoint: expected an API key or a base URL', {
      mend: 'set OPENAI_API_KEY or OPENAI_BASE_URL, or DUCKTOPICS_PROVIDER=keywords to work without an endpoint',
    });
  }
  if (baseURL !== undefined && !URL.canParse(baseURL)) {
    throw new DuckTopicsError('invalid baseURL: expected an address such as http://127.0.0.1:11434/v1', {
      mend: 'mend OPENAI_BASE_URL',
    });
  }
  const number = (name: string, value: number | undefined, variable: string, least: number, fallback: number) => {
    const text = given(variable);
    const result = value ?? (text === undefined ? fallback : Number(text));
    if (!(result >= least)) throw new DuckTopicsError(`invalid ${name}: ${value ?? text}, expected at least ${least}`);
    return result;
  };
  return {
    provider,
    apiKey,
    baseURL,
    model: options.model ?? given('DUCKTOPICS_LABEL_MODEL') ?? 'gpt-4.1-mini',
    embeddingModel: options.embeddingModel ?? given('DUCKTOPICS_EMBEDDING_MODEL') ?? 'text-embedding-3-small',
    embeddings,
    concurrency: Math.min(1000, Math.trunc(number('concurrency', options.concurrency, 'DUCKTOPICS_CONCURRENCY', 1, 8))),
    callSeconds: number('callSeconds', options.callSeconds, 'DUCKTOPICS_CALL_SECONDS', 0.001, 60),
    querySeconds: number('querySeconds', options.querySeconds, 'DUCKTOPICS_QUERY_SECONDS', 0.001, 3600),
    retries: number('retries', options.retries, 'DUCKTOPICS_RETRIES', 0, 6),
    maxUsd: number('maxUsd', options.maxUsd, 'DUCKTOPICS_MAX_USD', 0, Number.POSITIVE_INFINITY),
    maxCalls: number('maxCalls', options.maxCalls, 'DUCKTOPICS_MAX_CALLS', 0, Number.POSITIVE_INFINITY),
    prices: { ...pricesOf(given('DUCKTOPICS_PRICES')), ...options.prices },
    parameters: withoutNulls({ temperature: 0, seed: 1234, ...options.parameters }),
    cache: cacheFolder(options, env),
  };
}

/** Where the answers are kept that were paid for. */
export function cacheFolder(options: LabellingOptions = {}, env: Environment = process.env): string {
  const folder = options.cache || env.DUCKTOPICS_CACHE?.trim();
  return resolve(folder || join(env.XDG_CACHE_HOME?.trim() || join(homedir(), '.cache'), 'ducktopics'));
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  if (!(allowed as readonly string[]).includes(value)) {
    throw new DuckTopicsError(`invalid ${name}: ${value}, expected ${allowed.join(' or ')}`);
  }
  return value as T;
}

function pricesOf(text: string | undefined): Prices {
  if (text === undefined) return {};
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DuckTopicsError('invalid DUCKTOPICS_PRICES: expected JSON as {"model": {"input": 0.4, "output": 1.6}}', {
      cause,
    });
  }
}

function withoutNulls(parameters: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== null));
}
