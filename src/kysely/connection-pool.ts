import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckTopicsError } from '../errors.ts';
import type { DuckTopics } from '../open.ts';

export interface PooledConnection {
  readonly connection: DuckDBConnection;
}

interface Waiting {
  resolve(connection: PooledConnection): void;
  reject(error: unknown): void;
}

/** Connections of one database, made when they are needed and used again: the one given back last comes first. */
export class ConnectionPool {
  readonly #database: DuckTopics;
  readonly #most: number;
  readonly #all: PooledConnection[] = [];
  readonly #free: PooledConnection[] = [];
  readonly #waiting: Waiting[] = [];
  #opened = 0;
  #whenIdle: (() => void) | undefined;

  constructor(database: DuckTopics, most: number) {
    if (!(Number.isSafeInteger(most) && most >= 1)) {
      throw new DuckTopicsError(`invalid connections: ${most}, expected a whole number of at least 1`);
    }
    this.#database = database;
    this.#most = most;
  }

  async take(): Promise<PooledConnection> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#opened >= this.#most) {
      return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    }
    this.#opened++;
    try {
      const made = { connection: await this.#database.connect() };
      this.#all.push(made);
      return made;
    } catch (error) {
      this.#opened--;
      // Whoever waits was to get this one, and may fare better.
      const next = this.#waiting.shift();
      if (next !== undefined) this.take().then(next.resolve, next.reject);
      this.#tellIdle();
      throw error;
    }
  }

  giveBack(connection: PooledConnection): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next.resolve(connection);
      return;
    }
    this.#free.push(connection);
    this.#tellIdle();
  }

  /** Closes the connections when the statements that run or wait have ended. */
  async close(): Promise<void> {
    if (this.#free.length < this.#opened) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    for (const { connection } of this.#all.splice(0)) connection.closeSync();
    this.#free.length = 0;
    this.#opened = 0;
  }

  #tellIdle(): void {
    if (this.#free.length === this.#opened) this.#whenIdle?.();
  }
}
