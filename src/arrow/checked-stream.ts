import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBPreparedStatement,
  DuckDBResult,
  DuckDBType,
  DuckDBValue,
} from '@duckdb/node-api';
import { StatementType } from '@duckdb/node-api';
import { DuckTopicsError, messageOf } from '../errors.ts';
import { exportedType } from './arrow-types.ts';

/** The values of a statement: for `$1, $2, ...`, or for `$name` when given as an object. */
export type Values = DuckDBValue[] | Record<string, DuckDBValue>;

/** A result on its way: its columns, and its rows in chunks. */
export interface CheckedResult {
  readonly columns: readonly { readonly name: string; readonly type: DuckDBType }[];
  /** The rows, to be read once. Throws the query's error, also one that comes after the first rows. */
  chunks(): AsyncGenerator<DuckDBDataChunk>;
}

/**
 * Runs one statement and hands its rows over as they are made, in memory that does not grow with their number.
 *
 * What cannot be streamed (`streamedResult`) is run to its end before the first row comes, and DuckDB holds all of its rows. So are several statements: the last one
 * gives the rows, and each is run once.
 */
export async function checkedResult(
  connection: DuckDBConnection,
  sql: string,
  values?: Values,
): Promise<CheckedResult> {
  const statement = await prepareLast(connection, sql, values);
  try {
    return (await streamedIfQuery(connection, statement, sql, values)) ?? wholeResult(await statement.run());
  } finally {
    statement.destroySync();
  }
}

/**
 * A query whose rows come as they are made; undefined, and nothing is run, for what cannot stand in a subquery (INSERT, EXPLAIN) and
 * where `preserve_insertion_order` is off.
 *
 * node-api's streams end without a word where a query fails half-way. So one more row is asked for behind the last, by UNION ALL:
 * a stream that ends before that row is not whole. DuckDB keeps the order of rows. The error's text is lost with the stream; the
 * query is run once more, without taking its rows, and fails again. In a transaction it cannot, since that is aborted.
 */
export async function streamedResult(
  connection: DuckDBConnection,
  sql: string,
  values?: Values,
): Promise<CheckedResult | undefined> {
  const statement = await prepareLast(connection, sql, values);
  try {
    return await streamedIfQuery(connection, statement, sql, values);
  } finally {
    statement.destroySync();
  }
}

/** A result that has been run already. */
export function wholeResult(result: DuckDBResult): CheckedResult {
  const types = result.columnTypes();
  const columns = result.columnNames().map((name, at) => ({ name, type: types[at] as DuckDBType }));
  const unknown = columns.find(({ type }) => String(exportedType(type)) !== String(type));
  if (unknown !== undefined) {
    throw new DuckTopicsError(`unknown type for Arrow: ${unknown.type} of column ${unknown.name}`, {
      mend: 'cast it to VARCHAR',
    });
  }
  return {
    columns,
    async *chunks() {
      for await (const chunk of result) yield chunk;
    },
  };
}

type Columns = CheckedResult['columns'];

async function streamedIfQuery(
  connection: DuckDBConnection,
  { statementType }: DuckDBPreparedStatement,
  sql: string,
  values?: Values,
): Promise<CheckedResult | undefined> {
  if (statementType !== StatementType.SELECT || !(await keepsOrder(connection))) return undefined;
  const columns = await describe(connection, sql, values);
  return columns === undefined ? undefined : stream(connection, sql, values, columns);
}

/** Prepares the statement, with DuckDB's error where it is wrong; what goes before it (PIVOT makes a type) is run. */
async function prepareLast(
  connection: DuckDBConnection,
  sql: string,
  values?: Values,
): Promise<DuckDBPreparedStatement> {
  const extracted = await connection.extractStatements(sql);
  if (extracted.count === 0) throw new DuckTopicsError('missing statement: the SQL is empty');
  for (let index = 0; index < extracted.count - 1; index++) {
    const before = await extracted.prepare(index);
    try {
      await before.run();
    } finally {
      before.destroySync();
    }
  }
  const last = await extracted.prepare(extracted.count - 1);
  if (values !== undefined) last.bind(values);
  return last;
}

async function keepsOrder(connection: DuckDBConnection): Promise<boolean> {
  const result = await connection.run("SELECT current_setting('preserve_insertion_order')");
  return (await result.getRows())[0]?.[0] === true;
}

/** The columns of a query; undefined where it cannot stand in a subquery. */
async function describe(connection: DuckDBConnection, sql: string, values?: Values): Promise<Columns | undefined> {
  try {
    const result = await connection.run(`FROM ${subquery(sql)} LIMIT 0`, values);
    const types = result.columnTypes();
    return result.columnNames().map((name, at) => ({ name, type: types[at] as DuckDBType }));
  } catch {
    return undefined;
  }
}

function stream(
  connection: DuckDBConnection,
  sql: string,
  values: Values | undefined,
  described: Columns,
): CheckedResult {
  const columns = described.map(({ name, type }) => ({ name, type: exportedType(type) }));
  const names = columns.map((_, at) => `c${at}`);
  const exported = columns.map(({ type }, at) =>
    String(type) === String(described[at]?.type) ? `c${at}` : `CAST(c${at} AS ${type})`,
  );
  const rows = `FROM ${subquery(sql)} AS result(${names.join(', ')})`;
  const statement = `SELECT ${exported.join(', ')}, false AS is_end ${rows} UNION ALL SELECT ${'NULL, '.repeat(names.length)}true`;
  return {
    columns,
    async *chunks() {
      const watched = watchInterrupt(connection);
      let rowCount = 0;
      let isEnded = false;
      try {
        const result = await connection.stream(statement, values);
        for (;;) {
          const chunk = await result.fetchChunk();
          if (chunk === null || chunk.rowCount === 0) break;
          const isLast = chunk.getColumnVector(columns.length).getItem(chunk.rowCount - 1) === true;
          if (isLast) chunk.rowCount -= 1;
          rowCount += chunk.rowCount;
          if (chunk.rowCount > 0) yield chunk;
          if (isLast) {
            isEnded = true;
            return;
          }
        }
        isEnded = true;
        if (watched.isInterrupted) throw new Error('INTERRUPT Error: Interrupted!');
        try {
          await connection.run(`EXPLAIN ANALYZE SELECT ${exported.join(', ')} ${rows}`, values);
        } catch (error) {
          if (!/Current transaction is aborted/.test(messageOf(error))) throw error;
          throw new DuckTopicsError(`the query failed after ${rowCount} rows, and its transaction is aborted`, {
            mend: 'roll it back, and run the query again: outside of a transaction it tells its error',
            cause: error,
          });
        }
        throw new DuckTopicsError(`the result broke off after ${rowCount} rows`, {
          mend: 'run nothing else on its connection before its last row is read',
        });
      } finally {
        watched.end();
        // A stream that is left alone would hold its transaction open.
        if (!isEnded) await connection.run('SELECT 1').catch(() => {});
      }
    },
  };
}

/** The line break ends a comment of the statement's last line. */
function subquery(sql: string): string {
  return `(\n${sql.trimEnd().replace(/;$/, '')}\n)`;
}

/** Tells an interrupt from a failure: `connection.interrupt` is replaced until `end`. */
function watchInterrupt(connection: DuckDBConnection): { readonly isInterrupted: boolean; end(): void } {
  const own = Object.getOwnPropertyDescriptor(connection, 'interrupt');
  const interrupt = connection.interrupt.bind(connection);
  let isInterrupted = false;
  connection.interrupt = () => {
    isInterrupted = true;
    interrupt();
  };
  return {
    get isInterrupted() {
      return isInterrupted;
    },
    end() {
      if (own === undefined) delete (connection as { interrupt?: unknown }).interrupt;
      else Object.defineProperty(connection, 'interrupt', own);
    },
  };
}
