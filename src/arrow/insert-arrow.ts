import { BIGINT, type DuckDBConnection } from '@duckdb/node-api';
import { type RecordBatch, RecordBatchStreamWriter, type Schema, Table } from 'apache-arrow';
import { DuckTopicsError } from '../errors.ts';
import { PieceSink } from './ipc-bytes.ts';
import { arrow } from './lazy-arrow.ts';
import { registerScan, type ScanSource } from './scan-function.ts';

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
 * It is one statement: all rows come in or none, and in a transaction it is part of that. Batches are read one at a time. `name` is
 * the plain name of the table, quotes and all. Columns become what `read_arrow` makes of them.
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
  await registerScan(connection, {
    name: '_arrow_rows',
    parameterType: BIGINT,
    caller: 'insertArrow',
    open: (id) => sourceOf(id as bigint),
  });
  const id = nextId++;
  sources.set(id, sourceOfBatches(rows));
  try {
    const result = await connection.run(`${statement} FROM _arrow_rows(${id})`);
    const [row] = await result.getRows();
    return Number(row?.[0] ?? result.rowsChanged);
  } finally {
    sources.delete(id);
  }
}

/** What the statements that run now read from. */
const sources = new Map<bigint, ScanSource>();
let nextId = 1n;

function sourceOf(id: bigint): ScanSource {
  const source = sources.get(id);
  if (source === undefined) throw new Error('unknown rows');
  return source;
}

function sourceOfBatches(rows: Table | Iterable<RecordBatch>): ScanSource {
  const batches = rows instanceof Table ? rows.batches : [...rows];
  const schema = rows instanceof Table ? rows.schema : batches[0]?.schema;
  if (schema === undefined) throw new DuckTopicsError('missing rows: expected at least 1 record batch, got 0');
  const read = () => arrow().RecordBatchReader.from(streamOf(schema, batches)).open();
  return {
    schema: read().schema as Schema,
    batches: () => read() as unknown as Iterator<RecordBatch>,
  };
}

/** The batches as a stream: slices become whole arrays, and any version of apache-arrow may have made them. */
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
