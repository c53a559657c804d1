import OpenAI, { APIError } from 'openai';
import { z } from 'zod';
import { InvalidAnswer } from './check-label.ts';
import { EndpointError } from './endpoint-error.ts';
import type { ChatMessage } from './prompt.ts';
import { redact } from './redact.ts';
import { isFinal, isTimeout, withRetries } from './retry.ts';
import type { Settings } from './settings.ts';
import { countChatTokens, countTokens } from './tokens.ts';

export interface Completion {
  content: string;
  /** Why the content cannot be an answer: it was cut off or refused. */
  problem: InvalidAnswer | undefined;
  promptTokens: number;
  completionTokens: number;
}

export interface Embeddings {
  vectors: Float32Array[];
  promptTokens: number;
}

/** An OpenAI-compatible endpoint, with retries and a time limit for each request. */
export class Endpoint {
  readonly #settings: Settings;
  readonly #client: OpenAI;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#client = new OpenAI({
      apiKey: settings.apiKey ?? 'none',
      ...(settings.baseURL === undefined ? {} : { baseURL: settings.baseURL }),
      // Retries are ours: the package's own cannot be interrupted while they wait.
      maxRetries: 0,
      // Its log shows prompts.
      logLevel: 'off',
    });
  }

  /** The parameters that a chat completion is sent with, beside its messages. */
  chatParameters(schema: z.ZodType, maxTokens: number): Record<string, unknown> {
    return {
      max_completion_tokens: maxTokens,
      ...this.#settings.parameters,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', strict: true, schema: jsonSchema(schema) },
      },
    };
  }

  async complete(
    messages: ChatMessage[],
    parameters: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<Completion> {
    const body = { ...parameters, model: this.#settings.model, messages, stream: false as const };
    return this.#ask(signal, async (options) => {
      const completion = await this.#client.chat.completions.create(body, options);
      const choice = completion?.choices?.[0];
      if (choice?.message === undefined) throw new SyntaxError('the endpoint sent no chat completion');
      const content = choice.message.content ?? '';
      return {
        content,
        problem: problemOf(choice.finish_reason, choice.message.refusal),
        promptTokens: completion.usage?.prompt_tokens ?? (await countChatTokens(messages)),
        completionTokens: completion.usage?.completion_tokens ?? (await countTokens(content)),
      };
    });
  }

  /** The embeddings of texts in their order. */
  async embed(texts: readonly string[], signal: AbortSignal): Promise<Embeddings> {
    const body = { model: this.#settings.embeddingModel, input: [...texts], encoding_format: 'float' as const };
    return this.#ask(signal, async (options) => {
      const response = await this.#client.embeddings.create(body, options);
      const parsed = embeddingsSchema.safeParse(response);
      if (!parsed.success || parsed.data.data.length !== texts.length) {
        throw new SyntaxError(`the endpoint sent no ${texts.length} embeddings`);
      }
      const rows = parsed.data.data.sort((a, b) => a.index - b.index);
      return {
        vectors: rows.map((row) => Float32Array.from(row.embedding)),
        promptTokens: parsed.data.usage?.prompt_tokens ?? (await countTokens(texts.join('\n'))),
      };
    });
  }

  async #ask<T>(signal: AbortSignal, send: (options: { signal: AbortSignal }) => Promise<T>): Promise<T> {
    const { callSeconds, retries, apiKey } = this.#settings;
    try {
      return await withRetries(() => withTimeLimit(callSeconds, signal, (limit) => send({ signal: limit })), {
        retries,
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw new EndpointError(redact(describe(error), apiKey), isFinal(error));
    }
  }
}

const embeddingsSchema = z.object({
  data: z.array(z.object({ index: z.number(), embedding: z.array(z.number()).min(1) })),
  usage: z.object({ prompt_tokens: z.number() }).optional(),
});

function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...plain } = z.toJSONSchema(schema);
  return plain;
}

function problemOf(finishReason: string, refusal: string | null | undefined): InvalidAnswer | undefined {
  if (refusal) return new InvalidAnswer('invalid answer: the model refused');
  if (finishReason === 'length') return new InvalidAnswer('invalid answer: it was cut off at max_completion_tokens');
  if (finishReason === 'content_filter') return new InvalidAnswer('invalid answer: stopped by a content filter');
  return undefined;
}

/** Runs one request with a signal that also ends it after some seconds. */
async function withTimeLimit<T>(
  seconds: number,
  outer: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new DOMException(`no answer within ${seconds} s`, 'TimeoutError')),
    seconds * 1000,
  );
  const stop = () => controller.abort(outer.reason);
  outer.addEventListener('abort', stop, { once: true });
  try {
    outer.throwIfAborted();
    return await run(controller.signal);
  } catch (error) {
    // The package reports any abort as its own error.
    if (!outer.aborted && isTimeout(controller.signal.reason)) throw controller.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', stop);
  }
}

function describe(error: unknown): string {
  if (error instanceof APIError && error.status !== undefined) return `endpoint answered ${error.message}`;
  if (error instanceof SyntaxError) return `endpoint answered no valid JSON: ${error.message}`;
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${rootOf(cause).message})` : message;
}

function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}
