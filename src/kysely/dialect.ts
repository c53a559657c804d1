import { type DuckDBType, ResultReturnType } from '@duckdb/node-api';
import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
} from 'kysely';
import { DuckDbDialect } from 'kysely-duckdb';
import { messageOf } from '../errors.ts';
import type { DuckTopics } from '../open.ts';
import { ConnectionPool, type PooledConnection } from './connection-pool.ts';
import { toParameters } from './parameters.ts';

export interface DialectOptions {
  /** How many statements may run at once, each on a connection of its own. Default: 4. */
  connections?: number;
  /** SQL that stands for a table of the types, as `{ messages: "read_parquet('mail.parquet')" }`. */
  tableMappings?: Record<string, string>;
}

/**
 * Kysely's dialect for a database that `open()` gave.
 *
 * ```ts
 * const duck = await open('mail.duckdb');
 * const db = new Kysely<Database & { messages: Messages }>({ dialect: new DuckTopicsDialect(duck) });
 * ```
 *
 * SQL is made by kysely-duckdb. The driver is our own, since that of kysely-duckdb 0.4.0 takes a query with one row and one column
 * named `count` for an insert, opens a connection for each query, and does not see the error of a stream that fails half-way.
 *
 * Values are those of `DuckTopics.query()`: BIGINT is a bigint, a list or array an array, a struct an object, a DATE or TIMESTAMP a
 * Date in UTC. Parameters are taken alike, arrays and objects too. Temporary tables and variables belong to one connection: use
 * `db.connection()` or a transaction for them. `db.destroy()` waits for what runs, closes the dialect's connections, and leaves the
 * database open.
 */
export class DuckTopicsDialect implements Dialect {
  readonly #pool: ConnectionPool;
  readonly #sql: DuckDbDialect;

  constructor(database: DuckTopics, options: DialectOptions = {}) {
    const { connections = 4, tableMappings = {} } = options;
    this.#pool = new ConnectionPool(database, connections);
    this.#sql = new DuckDbDialect({ database: database.instance, tableMappings });
  }

  // kysely-duckdb's types are those of kysely's CommonJS build, which TypeScript does not take for the same.

  createQueryCompiler(): QueryCompiler {
    return this.#sql.createQueryCompiler() as unknown as QueryCompiler;
  }

  createAdapter(): DialectAdapter {
    return this.#sql.createAdapter() as unknown as DialectAdapter;
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return this.#sql.createIntrospector(db as never) as unknown as DatabaseIntrospector;
  }

  createDriver(): Driver {
    return new DuckTopicsDriver(this.#pool);
  }
}

class DuckTopicsDriver implements Driver {
  readonly #pool: ConnectionPool;

  constructor(pool: ConnectionPool) {
    this.#pool = pool;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new DuckTopicsConnection(await this.#pool.take());
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('BEGIN TRANSACTION'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('COMMIT'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await connection.executeQuery(CompiledQuery.raw('ROLLBACK'));
    } catch (error) {
      // A COMMIT that failed has ended its transaction already; what the caller wants to know is why.
      if (!/no transaction is active/.test(messageOf(error))) throw error;
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.#pool.giveBack((connection as DuckTopicsConnection).pooled);
  }

  async destroy(): Promise<void> {
    await this.#pool.close();
  }
}

class DuckTopicsConnection implements DatabaseConnection {
  readonly pooled: PooledConnection;

  constructor(pooled: PooledConnection) {
    this.pooled = pooled;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { values, types } = toParameters(parameters);
    const result = await this.pooled.connection.run(sql, values, types as DuckDBType[]);
    if (result.returnType !== ResultReturnType.QUERY_RESULT) {
      return { rows: [], numAffectedRows: BigInt(result.rowsChanged) };
    }
    return { rows: (await result.getRowObjectsJS()) as Row[] };
  }

  /** The rows in parts of up to 2048. DuckDB holds all of them: its own streams hide the error of a query that fails half-way. */
  async *streamQuery<Row>({ sql, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    const { values, types } = toParameters(parameters);
    const result = await this.pooled.connection.run(sql, values, types as DuckDBType[]);
    for await (const rows of result.yieldRowObjectJs()) yield { rows: rows as Row[] };
  }
}
