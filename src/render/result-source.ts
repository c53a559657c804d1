import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBPreparedStatement,
  DuckDBResult,
  DuckDBType,
} from '@duckdb/node-api';
import { DuckDBTypeId } from '@duckdb/node-api';
import { stagedType, unstaged } from './staged-type.ts';
import { typeName } from './type-name.ts';

/** A column of a result as the formats need it. */
export interface Column {
  name: string;
  /** The type as DuckDB's shell heads a column with it: `int64`, `varchar`, `float[]`. */
  type: string;
  /** Numbers are aligned to the right. */
  isNumber: boolean;
}

/** The text of one value; null for NULL. */
export type Cell = string | null;

/**
 * A result on its way to a format. Values become text through DuckDB's own casts, so that every type looks as it does in
 * DuckDB's shell: each chunk is put into a temporary table of a second connection and read back.
 */
export class ResultSource {
  readonly columns: Column[];
  /** How many rows the chunks read so far have. */
  rowCount = 0;
  readonly #result: DuckDBResult;
  readonly #connection: DuckDBConnection;
  readonly #prepared = new Map<string, DuckDBPreparedStatement>();

  private constructor(result: DuckDBResult, connection: DuckDBConnection, columns: Column[]) {
    this.#result = result;
    this.#connection = connection;
    this.columns = columns;
  }

  /** `connection` serves the casts alone: another one than the result's, to the same or any database. */
  static async open(result: DuckDBResult, connection: DuckDBConnection): Promise<ResultSource> {
    const types = result.columnTypes();
    const columns = result.columnNames().map((name, index) => {
      const type = types[index] as (typeof types)[number];
      return { name, type: typeName(type), isNumber: numberTypes.has(type.typeId) };
    });
    const declared = types.map((type, index) => `c${index} ${stagedType(type)}`);
    await connection.run(`CREATE OR REPLACE TEMP TABLE result_chunk (${declared.join(', ')})`);
    return new ResultSource(result, connection, columns);
  }

  /** The chunks of the result, read once. */
  async *chunks(): AsyncGenerator<DuckDBDataChunk> {
    for (;;) {
      const chunk = await this.#result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      this.rowCount += chunk.rowCount;
      yield chunk;
    }
  }

  /** The rows of a chunk as DuckDB casts them to VARCHAR. */
  texts(chunk: DuckDBDataChunk): Promise<Cell[][]> {
    return this.#read(chunk, (value) => `CAST(${value} AS VARCHAR)`);
  }

  /** The rows of a chunk as JSON values. */
  jsons(chunk: DuckDBDataChunk): Promise<Cell[][]> {
    return this.#read(chunk, (value) => `CAST(to_json(${value}) AS VARCHAR)`);
  }

  /**
   * The rows of a chunk as JSON values as DuckDB's shell writes them: numbers that fit a double, booleans and nested values as
   * they are, everything else as a string.
   */
  async shellJsons(chunk: DuckDBDataChunk): Promise<Cell[][]> {
    const kinds = this.#result.columnTypes().map(jsonKind);
    const rows = await this.#read(chunk, (value, index) =>
      kinds[index] === 'json' ? `CAST(CAST(${value} AS JSON) AS VARCHAR)` : `CAST(${value} AS VARCHAR)`,
    );
    return rows.map((row) =>
      row.map((cell, index) => (cell === null || kinds[index] !== 'text' ? cell : JSON.stringify(cell))),
    );
  }

  /** `convert` gives the expression that makes a column's value a text. */
  async #read(chunk: DuckDBDataChunk, convert: (value: string, index: number) => string): Promise<Cell[][]> {
    const texts = this.#result.columnTypes().map((type, index) => convert(unstaged(type, `c${index}`), index));
    const sql = `SELECT ${texts.join(', ')} FROM result_chunk`;
    const appender = await this.#connection.createAppender('result_chunk', 'main', 'temp');
    appender.appendDataChunk(chunk);
    appender.closeSync();
    let prepared = this.#prepared.get(sql);
    if (prepared === undefined) {
      prepared = await this.#connection.prepare(sql);
      this.#prepared.set(sql, prepared);
    }
    const rows = (await (await prepared.run()).getRows()) as Cell[][];
    await this.#connection.run('TRUNCATE result_chunk');
    return rows;
  }
}

/** What the text of a value is to JSON: JSON already, to be made JSON by DuckDB, or a string. */
function jsonKind(type: DuckDBType): 'raw' | 'json' | 'text' {
  if (type.alias === 'JSON') return 'raw';
  return jsonTypes.has(type.typeId) ? 'json' : 'text';
}

/** The types whose JSON value DuckDB's shell takes as it is. */
const jsonTypes: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.BOOLEAN,
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.LIST,
  DuckDBTypeId.ARRAY,
  DuckDBTypeId.STRUCT,
  DuckDBTypeId.MAP,
  DuckDBTypeId.UNION,
]);

const numberTypes: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
]);
