import type { DuckDBConnection } from '@duckdb/node-api';
import type { HostFunction } from '../labelling/host-function.ts';
import { literal } from '../labelling/host-macros.ts';
import { HostServer } from '../labelling/host-server.ts';
import type { Labeller } from '../labelling/labeller.ts';
import { gateFunction, isTransaction, refusalOf, type SerializedSql, withoutExplain } from './read-only-policy.ts';

/** The catalog, in memory, in which Quack finds the gate. */
const catalog = '_ducktopics';

/**
 * What every statement of every client passes before it runs.
 *
 * Quack asks a SQL function, named by its setting `quack_authorization_function`, about each statement: `f(session, sql)` returns the
 * SQL that the client's connection runs in its place. Here that function calls back into this process, which
 *
 * - puts the statements that create the macros before the first statement of a session: they are TEMP macros, each connection has
 *   its own, and the database file stays as it was;
 * - on a read-only server refuses what could write;
 * - refuses everything while the server stops.
 */
export class SessionGate {
  readonly #connection: DuckDBConnection;
  readonly #prelude: string;
  readonly #readOnly: boolean;
  readonly #host: HostServer;
  readonly #sessions = new Set<string>();
  #isClosed = false;

  /** `prelude` is run once in each session; `connection` is the server's own. */
  constructor(connection: DuckDBConnection, prelude: string, readOnly: boolean) {
    this.#connection = connection;
    this.#prelude = prelude;
    this.#readOnly = readOnly;
    const unused = async () => undefined as unknown as Labeller;
    this.#host = new HostServer([this.#definition()], unused, () => Number.POSITIVE_INFINITY);
  }

  /** Makes Quack ask this gate. */
  async install(): Promise<void> {
    await this.#host.listen();
    await this.#connection.run(`
      ATTACH ':memory:' AS ${catalog} (READ_WRITE);
      CREATE MACRO ${catalog}.${gateFunction}(session, statement) AS
        _call_host(${literal(this.#host.path)}, 'gate', '', json_array(session, statement)::VARCHAR);
      SET GLOBAL quack_authorization_function = '${catalog}.main.${gateFunction}';`);
  }

  /** From now on every statement is refused: the server stops. */
  refuseAll(): void {
    this.#isClosed = true;
  }

  close(): void {
    this.#host.close();
  }

  #definition(): HostFunction {
    return {
      name: 'gate',
      signatures: [['session VARCHAR', 'statement VARCHAR']],
      returns: 'VARCHAR',
      description: 'Returns the SQL that a session runs in place of a statement.',
      example: '',
      run: (rows) => Promise.all(rows.map(([session, sql]) => this.#pass(session, sql))),
    };
  }

  async #pass(session: string, sql: string): Promise<string> {
    if (this.#isClosed) return refused('the server is stopping');
    if (this.#readOnly) {
      const refusal = await this.#refusalOf(sql);
      if (refusal !== undefined) return refused(refusal);
    }
    if (this.#sessions.has(session)) return sql;
    // Nothing of a text that cannot be parsed would run: the macros wait for the next one.
    if (!(await this.#isParsed(sql))) return sql;
    await this.#forgetEnded();
    this.#sessions.add(session);
    return `${this.#prelude}\n${sql}`;
  }

  async #refusalOf(sql: string): Promise<string | undefined> {
    if (isTransaction(sql)) return undefined;
    const result = await this.#connection.run('SELECT json_serialize_sql($1::VARCHAR)', [withoutExplain(sql)]);
    const [[serialized = ''] = []] = await result.getRowsJson();
    return refusalOf(JSON.parse(String(serialized)) as SerializedSql);
  }

  async #isParsed(sql: string): Promise<boolean> {
    try {
      return (await this.#connection.extractStatements(sql)).count > 0;
    } catch {
      return false;
    }
  }

  /** Now and then drops the sessions that are over. */
  async #forgetEnded(): Promise<void> {
    if (this.#sessions.size === 0 || this.#sessions.size % 1000 !== 0) return;
    const result = await this.#connection.run('SELECT connection_id FROM quack_active_connections()');
    const open = new Set((await result.getRowsJson()).map(([id]) => String(id)));
    for (const session of this.#sessions) if (!open.has(session)) this.#sessions.delete(session);
  }
}

/** A statement that fails with a message. */
function refused(message: string): string {
  return `SELECT error(${literal(message)})`;
}
