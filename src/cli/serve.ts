import { type ServeOptions, serve } from '../serve/server.ts';
import { resolveToken, type Token, type TokenOptions } from '../serve/token.ts';

export interface ServeCommandOptions extends TokenOptions, Omit<ServeOptions, 'token'> {
  db: string;
  host: string;
  port: number;
  grace: number;
}

/** Serves until a signal comes. */
export async function runServer(options: ServeCommandOptions): Promise<void> {
  const { db, grace, token: _, tokenFile: __, ...rest } = options;
  const token = resolveToken(options);
  // Takes the command line, and a token in it, out of the list of processes.
  process.title = 'ducktopics serve';
  const signals = new Signals();
  try {
    const server = await serve(db, { ...rest, token: token.value });
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

/** The first Ctrl-C or SIGTERM, and the second, which is for the impatient. */
class Signals {
  readonly #second = new AbortController();
  readonly #listener: () => void;
  // DuckDB's threads and the handlers of signals alone would not keep the process alive.
  readonly #alive = setInterval(() => {}, 2 ** 31 - 1);
  readonly first: Promise<void>;

  constructor() {
    let resolveFirst = () => {};
    this.first = new Promise((resolve) => {
      resolveFirst = resolve;
    });
    let count = 0;
    this.#listener = () => {
      count++;
      if (count === 1) resolveFirst();
      else this.#second.abort();
    };
    process.on('SIGINT', this.#listener);
    process.on('SIGTERM', this.#listener);
  }

  get second(): AbortSignal {
    return this.#second.signal;
  }

  close(): void {
    clearInterval(this.#alive);
    process.off('SIGINT', this.#listener);
    process.off('SIGTERM', this.#listener);
  }
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
