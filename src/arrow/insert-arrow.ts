import type { DuckDBConnection } from '@duckdb/node-api';
import { type RecordBatch, RecordBatchStreamWriter, type Schema, Table } from 'apache-arrow';
import { DuckTopicsError } from '../errors.ts';
import { registerArrowRows, withArrowRows } from './arrow-rows.ts';
import { PieceSink } from './ipc-bytes.ts';
import { arrow } from './lazy-arrow.ts';
import type { ScanSource } from './scan-function.ts';

export interface InsertArrowOptions {
  /**
   * `create` makes a table, which must not exist; `replace` makes one in place of any of that name; `append` adds rows to one, column
   * by column name, and columns that are missing get their default. Default: `create`.
   */
  mode?: 'create' | 'replace' | 'append';
  /** The schema of the table. Default: the current one. */
  schema?: string;
  /** Make a table that only this connection sees, and that ends with it. Default: false. */
  temporary?: boolean;
}

/**
 * Puts an Arrow table, or record batches of one schema, into a table of DuckDB; returns the number of rows.
 *
 * ```ts
 * await insertArrow(db.connection, tableFromIPC(bytes), 'messages');
 * ```
 *
 * It is one statement: all rows come in or none, and in a transaction it is part of that. An iterable, as a generator, is asked for
 * one batch after the other, and what it throws is thrown. `name` is the plain name of the table, quotes and all. Columns become what
 * `read_arrow` makes of them, and must become the same in every batch; dictionaries may differ.
 */
export async function insertArrow(
  connection: DuckDBConnection,
  rows: Table | Iterable<RecordBatch>,
  name: string,
  options: InsertArrowOptions = {},
): Promise<number> {
  const { mode = 'create', schema, temporary = false } = options;
  const target = schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
  const made = `${temporary ? 'TEMP ' : ''}TABLE ${target} AS`;
  const statements = {
    create: `CREATE ${made}`,
    replace: `CREATE OR REPLACE ${made}`,
    append: `INSERT INTO ${target} BY NAME`,
  };
  const statement = statements[mode];
  if (statement === undefined) throw new DuckTopicsError(`invalid mode: ${mode}, expected create, replace or append`);
  await registerArrowRows(connection);
  const given = givenRows(rows);
  try {
    return await withArrowRows(given.source, async (id) => {
      const result = await connection.run(`${statement} FROM _arrow_rows(${id})`);
      const [row] = await result.getRows();
      return Number(row?.[0] ?? result.rowsChanged);
    });
  } catch (error) {
    throw given.failure ?? error;
  } finally {
    given.end();
  }
}

interface GivenRows {
  readonly source: ScanSource;
  /** What the caller's iterable threw. */
  readonly failure: unknown;
  /** Tells the caller's iterable that no more is asked of it. */
  end(): void;
}

function givenRows(rows: Table | Iterable<RecordBatch>): GivenRows {
  const iterator = (rows instanceof Table ? rows.batches : rows)[Symbol.iterator]();
  const first = iterator.next();
  let isDone = first.done === true;
  const schema = rows instanceof Table ? rows.schema : (first.value as RecordBatch | undefined)?.schema;
  if (schema === undefined) throw new DuckTopicsError('missing rows: expected at least 1 record batch, got 0');
  let failure: unknown;
  function* batches(): Generator<RecordBatch> {
    if (first.done !== true) yield first.value;
    while (!isDone) {
      try {
        const next = iterator.next();
        isDone = next.done === true;
        if (next.done !== true) yield next.value;
      } catch (error) {
        isDone = true;
        failure = error;
        throw error;
      }
    }
  }
  return {
    source: { schema: reread(schema, []).schema as Schema, batches: () => rereadAll(batches()) },
    get failure() {
      return failure;
    },
    end() {
      if (!isDone) iterator.return?.();
      isDone = true;
    },
  };
}

/** Each run of batches with one schema is read as one stream, so that dictionaries of any number and id keep apart. */
function* rereadAll(batches: Iterator<RecordBatch>): Generator<RecordBatch> {
  let next = batches.next();
  while (!next.done) {
    const schema = next.value.schema;
    function* run(): Generator<RecordBatch> {
      while (!next.done && next.value.schema === schema) {
        yield next.value;
        next = batches.next();
      }
    }
    yield* reread(schema, run());
  }
}

type Reader = IterableIterator<RecordBatch> & { readonly schema: Schema };

/** The batches as a stream that is read again: slices become whole arrays, and any version of apache-arrow may have made them. */
function reread(schema: Schema, batches: Iterable<RecordBatch>): Reader {
  return arrow().RecordBatchReader.from(streamOf(schema, batches)).open() as unknown as Reader;
}

function* streamOf(schema: Schema, batches: Iterable<RecordBatch>): Generator<Uint8Array> {
  const sink = new PieceSink();
  const writer = new RecordBatchStreamWriter();
  writer.reset(sink, schema);
  for (const batch of batches) {
    writer.write(batch);
    yield* sink.take();
  }
  writer.finish();
  yield* sink.take();
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
