import { type DuckDBConnection, DuckDBInstance, type DuckDBValue, type JS } from '@duckdb/node-api';
import { DuckTopicsError, messageOf } from './errors.ts';
import { Labelling } from './labelling/labelling.ts';
import { type RegisterOptions, register } from './register.ts';

export interface OpenOptions extends RegisterOptions {
  /** Open the file without the right to write. The file must exist. Default: false. */
  readOnly?: boolean;
  /** How many threads DuckDB may use, at least 1. Default: one a core. */
  threads?: number;
  /** How much memory DuckDB may use, such as `'4GB'`. Default: 80 % of the machine's. */
  memoryLimit?: string;
  /** Any other DuckDB setting by its name, as `{ temp_directory: '/scratch' }`. */
  config?: Record<string, string>;
}

/**
 * Opens a DuckDB database with every function and macro of DuckTopics in place.
 *
 * ```ts
 * await using db = await open('messages.duckdb');
 * const topics = await db.query('SELECT * FROM kmeans_train($1, k := 100)', ['messages']);
 * ```
 *
 * The file is created when it does not exist, unless `readOnly` is set; `':memory:'` is a database that ends with the
 * process. Throws `cannot open <path>: ...` with DuckDB's reason: another process holds the file, it is no DuckDB file, it is a
 * folder, a setting is unknown.
 */
export async function open(path = ':memory:', options: OpenOptions = {}): Promise<DuckTopics> {
  const { labelling: given } = options;
  const labelling = given instanceof Labelling ? given : new Labelling(given);
  const instance = await createInstance(path, configuration(options));
  try {
    const connection = await instance.connect();
    await register(connection, { ...options, labelling });
    return new DuckTopics(instance, connection, { ...options, labelling });
  } catch (error) {
    labelling.close();
    instance.closeSync();
    throw error;
  }
}

/** An open database: DuckDB's own instance and connection, and the few calls that most programs need. */
export class DuckTopics {
  /** The instance of `@duckdb/node-api`. */
  readonly instance: DuckDBInstance;
  /** A connection with everything registered. */
  readonly connection: DuckDBConnection;
  /** The functions that name topics, and what they have spent. */
  readonly labelling: Labelling;
  readonly #options: RegisterOptions;
  readonly #connections: DuckDBConnection[];
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    options: RegisterOptions & { labelling: Labelling },
  ) {
    this.instance = instance;
    this.connection = connection;
    this.labelling = options.labelling;
    this.#options = options;
    this.#connections = [connection];
  }

  /** Another connection to the same database, with everything registered; `close()` closes it too. */
  async connect(): Promise<DuckDBConnection> {
    const connection = await this.instance.connect();
    this.#connections.push(connection);
    await register(connection, this.#options);
    return connection;
  }

  /**
   * Runs SQL and returns the rows of the last statement as objects of JavaScript values: BIGINT is a bigint, a list an array, a
   * DATE or TIMESTAMP a Date. `values` fill `$1, $2, ...`, or `$name` when given as an object.
   */
  async query<Row = Record<string, JS>>(
    sql: string,
    values?: DuckDBValue[] | Record<string, DuckDBValue>,
  ): Promise<Row[]> {
    const running = this.connection.run(sql, values);
    this.#running.add(running);
    try {
      return (await (await running).getRowObjectsJS()) as Row[];
    } finally {
      this.#running.delete(running);
    }
  }

  /**
   * Closes every connection and the database. Calling it again does nothing. A `query()` that still runs is interrupted, and
   * all is closed when it has ended; `await using` waits for that.
   */
  close(): void {
    this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  #close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.labelling.close();
    if (this.#running.size > 0) {
      // DuckDB waits for itself, for ever, when a connection is closed under a running statement.
      for (const connection of this.#connections) connection.interrupt();
      await Promise.allSettled(this.#running);
    }
    for (const connection of this.#connections) connection.closeSync();
    this.instance.closeSync();
  }
}

function configuration(options: OpenOptions): Record<string, string> {
  const { readOnly, threads, memoryLimit, config } = options;
  if (threads !== undefined && !(Number.isSafeInteger(threads) && threads >= 1)) {
    throw new DuckTopicsError(`invalid threads: ${threads}, expected a whole number of at least 1`);
  }
  return {
    ...config,
    ...(threads === undefined ? {} : { threads: String(threads) }),
    ...(memoryLimit === undefined ? {} : { memory_limit: memoryLimit }),
    ...(readOnly ? { access_mode: 'READ_ONLY' } : {}),
    allow_unsigned_extensions: 'true',
  };
}

async function createInstance(path: string, config: Record<string, string>): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(path, config);
  } catch (cause) {
    const message = messageOf(cause);
    if (message === 'Failed to set config') {
      throw new DuckTopicsError(`invalid setting among ${JSON.stringify(config)}`, {
        mend: 'see the settings and their values with: SELECT name, description FROM duckdb_settings()',
        cause,
      });
    }
    throw new DuckTopicsError(`cannot open ${path}: ${message}`, { mend: openMend(path, message), cause });
  }
}

function openMend(path: string, message: string): string | undefined {
  if (message.includes('Could not set lock')) return 'close the other program, or work on a copy of the file';
  if (message.includes('not a valid DuckDB database')) {
    return `give a DuckDB file; a Parquet, CSV or JSON file is read with: SELECT * FROM '${path}'`;
  }
  if (message.includes('in-memory database in read-only')) return 'name a file, or open it for writing';
  if (message.includes('database does not exist')) return 'give the name of an existing file, or open it for writing';
  if (message.includes('No such file or directory')) return 'make the folder first, or give another path';
  if (message.includes('Is a directory')) return 'give the name of a file in that folder';
  return undefined;
}
