import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { answerPrompt, type ChatMessage, embedding } from './openai-model.ts';

/** What the server can be told to do with a request instead of answering it well. */
export type Fault =
  | { kind: 'rate-limit'; retryAfter: string }
  | { kind: 'error' }
  | { kind: 'hang' }
  | { kind: 'cut' }
  | { kind: 'cut-body' }
  | { kind: 'malformed-body' }
  | { kind: 'malformed-content' }
  | { kind: 'refuse-key' }
  | { kind: 'content'; content: string };

/** One request that the server has seen. */
export interface SeenRequest {
  /** The SHA-256 of the question: the first two messages of a chat, or the texts to embed. */
  prompt: string;
  path: string;
  body: Record<string, unknown>;
  /** The fault that it got, if any. */
  fault: Fault['kind'] | undefined;
  at: number;
}

/**
 * A real HTTP server on 127.0.0.1 that speaks the OpenAI protocol (`/v1/chat/completions` with a JSON schema,
 * `/v1/embeddings`), answers from a deterministic model, and records every request.
 */
export class OpenAiServer {
  readonly requests: SeenRequest[] = [];
  /** Decides on a fault for a request; `attempt` counts the requests with this prompt from 0. */
  fault: (attempt: number, request: SeenRequest) => Fault | undefined = () => undefined;
  /** How long an answer takes, in ms. */
  delay = 0;
  /** How many requests are, and were at most, under way at once. */
  underWay = 0;
  mostUnderWay = 0;
  readonly apiKey: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #attempts = new Map<string, number>();

  constructor(apiKey = 'sk-test-0123456789abcdef') {
    this.apiKey = apiKey;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error) => response.destroy(error));
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get baseURL(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** How often each prompt came. */
  get counts(): Map<string, number> {
    return new Map(this.#attempts);
  }

  /** Forgets what it has seen. */
  reset(): void {
    this.requests.length = 0;
    this.#attempts.clear();
    this.mostUnderWay = 0;
    this.fault = () => undefined;
    this.delay = 0;
  }

  /** Resolves when a request has come since the last `reset()`. */
  async firstRequest(): Promise<void> {
    while (this.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.underWay++;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    response.on('close', () => this.underWay--);
    const body = (await json(request)) as Record<string, unknown>;
    const question = request.url?.endsWith('/embeddings') ? body.input : (body.messages as ChatMessage[]).slice(0, 2);
    const prompt = createHash('sha256').update(JSON.stringify(question)).digest('hex');
    const attempt = this.#attempts.get(prompt) ?? 0;
    this.#attempts.set(prompt, attempt + 1);
    const seen: SeenRequest = { prompt, path: request.url ?? '', body, fault: undefined, at: performance.now() };
    const fault =
      request.headers.authorization === `Bearer ${this.apiKey}`
        ? this.fault(attempt, seen)
        : ({ kind: 'refuse-key' } as const);
    seen.fault = fault?.kind;
    this.requests.push(seen);
    if (this.delay > 0) await new Promise((resolve) => setTimeout(resolve, this.delay));
    if (fault !== undefined) return this.#misbehave(fault, request, response);
    send(response, 200, request.url?.endsWith('/embeddings') ? embeddings(body) : completion(body));
  }

  #misbehave(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
    const whole = JSON.stringify(completion({ messages: [], model: 'm' }, '{"label":"cut"}'));
    switch (fault.kind) {
      case 'rate-limit':
        response.setHeader('Retry-After', fault.retryAfter);
        send(response, 429, {
          error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' },
        });
        return;
      case 'error':
        send(response, 500, { error: { message: 'The server had an error', type: 'server_error' } });
        return;
      case 'refuse-key': {
        // As OpenAI does, it repeats the key that it refuses.
        const key = request.headers.authorization?.replace('Bearer ', '');
        send(response, 401, {
          error: { message: `Incorrect API key provided: ${key}.`, code: 'invalid_api_key' },
        });
        return;
      }
      case 'hang':
        return;
      case 'cut':
        request.socket.destroy();
        return;
      case 'cut-body':
        response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': whole.length });
        response.write(whole.slice(0, 40), () => request.socket.destroy());
        return;
      case 'malformed-body':
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end('{"choices": [{"message":');
        return;
      case 'malformed-content':
        send(response, 200, completion({ messages: [] }, '{"label": "half an ans'));
        return;
      case 'content':
        send(response, 200, completion({ messages: [] }, fault.content));
        return;
    }
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

function completion(body: Record<string, unknown>, content?: string) {
  const messages = body.messages as ChatMessage[];
  const answer = content ?? answerPrompt(messages, body.response_format);
  const words = (text: string) => Math.ceil(text.length / 4);
  const prompt = messages.reduce((sum, message) => sum + words(message.content), 0);
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model: body.model,
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: answer, refusal: null } }],
    usage: { prompt_tokens: prompt, completion_tokens: words(answer), total_tokens: prompt + words(answer) },
  };
}

function embeddings(body: Record<string, unknown>) {
  const input = body.input as string[];
  return {
    object: 'list',
    model: body.model,
    data: input.map((text, index) => ({ object: 'embedding', index, embedding: embedding(text) })),
    usage: { prompt_tokens: input.length, total_tokens: input.length },
  };
}
