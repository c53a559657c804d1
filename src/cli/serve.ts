import { type ServeOptions, serve } from '../serve/server.ts';
import { resolveToken, type Token, type TokenOptions } from '../serve/token.ts';
import { endAtOnce, Interrupted } from './interrupt.ts';

export interface ServeCommandOptions extends TokenOptions, Omit<ServeOptions, 'token'> {
  db: string;
  host: string;
  port: number;
  grace: number;
}

/** Serves until a signal comes; one that comes before the server is up ends the process at once. */
export async function runServer(options: ServeCommandOptions): Promise<void> {
  const { db, grace, token: _, tokenFile: __, ...rest } = options;
  const token = resolveToken(options);
  // Takes the command line, and a token in it, out of the list of processes.
  process.title = 'ducktopics serve';
  const signals = new Signals();
  try {
    const server = await serve(db, { ...rest, token: token.value });
    signals.ready();
    console.log(greeting(server.uri, db, options, token));
    if (!isLoopback(options.host))
      console.error(`ducktopics: other machines reach ${options.host}; nothing is encrypted`);
    await signals.first;
    console.error('ducktopics: stopping');
    const cancelled = await server.stop(grace, signals.second);
    if (cancelled === 0) return;
    console.error(`ducktopics: cancelled ${cancelled} running ${cancelled === 1 ? 'statement' : 'statements'}`);
    // DuckDB's threads still work for them; nothing of it was committed.
    process.exit(0);
  } finally {
    signals.close();
  }
}

/** The first Ctrl-C or SIGTERM since the server is up, and the second, which is for the impatient. */
class Signals {
  readonly #second = new AbortController();
  // DuckDB's threads and the handlers of signals alone would not keep the process alive.
  readonly #alive = setInterval(() => {}, 2 ** 31 - 1);
  readonly first: Promise<void>;
  #resolveFirst = () => {};
  #isReady = false;
  #count = 0;

  constructor() {
    this.first = new Promise((resolve) => {
      this.#resolveFirst = resolve;
    });
    process.on('SIGINT', this.#listener);
    process.on('SIGTERM', this.#listener);
  }

  get second(): AbortSignal {
    return this.#second.signal;
  }

  /** From now on a signal stops the server. */
  ready(): void {
    this.#isReady = true;
  }

  close(): void {
    clearInterval(this.#alive);
    process.off('SIGINT', this.#listener);
    process.off('SIGTERM', this.#listener);
  }

  readonly #listener = (signal: NodeJS.Signals) => {
    this.#count++;
    if (!this.#isReady) endAtOnce(new Interrupted(signal));
    else if (this.#count === 1) this.#resolveFirst();
    else this.#second.abort();
  };
}

function greeting(uri: string, db: string, options: ServeCommandOptions, token: Token): string {
  const shown = token.source === 'random' ? token.value : '...';
  return `serving ${db} on ${uri}${options.readOnly ? ', read-only' : ''}
In a duckdb shell:

  ATTACH '${uri}' AS remote (TOKEN '${shown}');
  FROM remote.query('SHOW TABLES');

Ctrl-C stops the server.`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
