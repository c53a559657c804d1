import { setTimeout as sleep } from 'node:timers/promises';
import { APIConnectionError, APIError, APIUserAbortError } from 'openai';

/**
 * Runs `attempt` until it succeeds, fails for good, or was retried `retries` times. Between two attempts it waits as long as
 * the endpoint asks for (`Retry-After` in seconds or as a date, `retry-after-ms`), otherwise 0.5 s, 1 s, 2 s ... up to 8 s,
 * less up to a quarter at random. `signal` ends attempts and waits.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { retries, signal }: { retries: number; signal: AbortSignal },
): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (tried >= retries || !isPassing(error)) throw error;
      await sleep(requestedDelay(error) ?? backoff(tried), undefined, { signal });
    }
  }
}

/** Whether the same request may succeed later: overload, a fault of the server, a time-out, a cut connection. */
export function isPassing(error: unknown): boolean {
  if (isFinal(error)) return false;
  if (error instanceof APIConnectionError) return true;
  if (error instanceof APIError && !(error instanceof APIUserAbortError)) {
    const { status } = error;
    return status === 408 || status === 409 || status === 429 || (status ?? 0) >= 500;
  }
  // A connection that was cut while the body came, or a body that is no JSON.
  return error instanceof SyntaxError || error instanceof TypeError || isTimeout(error);
}

/** Whether every further request would fail the same way: a refused key, an unknown model, an empty account. */
export function isFinal(error: unknown): boolean {
  if (!(error instanceof APIError)) return false;
  return [401, 403, 404].includes(error.status) || error.code === 'insufficient_quota';
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

function requestedDelay(error: unknown): number | undefined {
  const headers = error instanceof APIError ? error.headers : undefined;
  const milliseconds = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (milliseconds >= 0) return milliseconds;
  const after = headers?.get('retry-after');
  if (!after) return undefined;
  const delay = /^[\d.]+$/.test(after.trim()) ? Number(after) * 1000 : Date.parse(after) - Date.now();
  return Number.isFinite(delay) ? Math.max(0, delay) : undefined;
}

function backoff(tried: number): number {
  return Math.min(500 * 2 ** tried, 8000) * (1 - Math.random() / 4);
}
