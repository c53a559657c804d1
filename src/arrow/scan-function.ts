import { DuckDBTableFunction, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';
import type { RecordBatch, Schema } from 'apache-arrow';
import { messageOf } from '../errors.ts';
import { BatchWriter } from './batch-writer.ts';

/** Record batches that a table function reads. */
export interface ScanSource {
  readonly schema: Schema;
  /** The batches from the first on, one call for each scan. Their schemas may differ in what DuckDB does not see. */
  batches(): Iterator<RecordBatch>;
}

/** What registering a table function uses of a connection. */
export interface ScanConnection {
  run(sql: string): Promise<unknown>;
  registerTableFunction(tableFunction: DuckDBTableFunction): void;
}

export interface ScanFunction {
  name: string;
  parameterType: DuckDBType;
  /** What errors begin with, in place of `name: parameter`. */
  caller?: string;
  /** Called when a statement is bound. Its errors, and those of the source, are those of the statement. */
  open(parameter: DuckDBValue): ScanSource;
}

/**
 * Makes a table function of one parameter known to the database of a connection. Where one of that name is known nothing changes: a
 * query that runs on another connection may be using it.
 */
export async function registerScan(connection: ScanConnection, definition: ScanFunction): Promise<void> {
  try {
    await connection.run(`EXPLAIN FROM ${definition.name}(NULL)`);
  } catch (error) {
    if (/^Catalog Error/.test(messageOf(error))) connection.registerTableFunction(tableFunction(definition));
  }
}

function tableFunction({ name, parameterType, caller, open }: ScanFunction): DuckDBTableFunction {
  return DuckDBTableFunction.create({
    name,
    parameterTypes: [parameterType],
    supportsProjectionPushdown: true,
    bindFunction(info) {
      const parameter = info.getParameter(0);
      if (parameter === null) throw new Error(`${name}: expected a value, got NULL`);
      const explain = explainer(caller ?? `${name}: ${parameter}`);
      explain(() => {
        const source = open(parameter);
        const writer = new BatchWriter(source.schema);
        for (const column of writer.columns) info.addResultColumn(column.name, column.type);
        info.setBindData({ source, writer, explain } satisfies Bound);
      });
    },
    initFunction(info) {
      const { source, writer, explain } = info.getBindData() as Bound;
      // Batches come in their order; JavaScript has one thread anyway.
      info.setMaxThreads(1);
      explain(() => {
        info.setInitData({
          columns: info.getColumnIndexes(),
          batches: source.batches(),
          batch: undefined,
          next: 0,
          schema: source.schema,
          writer,
        } satisfies Scan);
      });
    },
    mainFunction(info, chunk) {
      const { writer, explain } = info.getBindData() as Bound;
      const scan = info.getInitData() as Scan;
      explain(() => {
        while (scan.batch === undefined || scan.next >= scan.batch.numRows) {
          const item = scan.batches.next();
          if (item.done) {
            chunk.rowCount = 0;
            return;
          }
          scan.batch = item.value;
          scan.next = 0;
          if (scan.batch.schema !== scan.schema) {
            scan.schema = scan.batch.schema;
            scan.writer = new BatchWriter(scan.schema);
            checkSame(scan.writer.columns, writer.columns);
          }
        }
        scan.next += scan.writer.fill(chunk, scan.batch, scan.next, scan.columns);
      });
    },
  });
}

interface Bound {
  source: ScanSource;
  writer: BatchWriter;
  explain: (work: () => void) => void;
}

interface Scan {
  columns: number[];
  batches: Iterator<RecordBatch>;
  batch: RecordBatch | undefined;
  next: number;
  /** The schema of the batch, and what writes it. */
  schema: Schema;
  writer: BatchWriter;
}

function checkSame(columns: BatchWriter['columns'], first: BatchWriter['columns']): void {
  if (columns.length !== first.length) {
    throw new Error(`expected batches of one schema, got one with ${columns.length} columns after ${first.length}`);
  }
  for (const [at, column] of columns.entries()) {
    const [got, expected] = [column, first[at] as typeof column].map(({ name, type }) => `${name} ${type}`);
    if (got !== expected) throw new Error(`expected batches of one schema, got ${got} after ${expected}`);
  }
}

/** Errors as those of the other readers: `read_arrow: missing.arrow: no such file`. */
function explainer(where: string): (work: () => void) => void {
  return (work) => {
    try {
      work();
    } catch (error) {
      throw new Error(`${where}: ${reasonOf(error)}`);
    }
  };
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EACCES') return 'permission denied';
  const message = messageOf(error);
  if (/^(expected|unknown|the file) /.test(message)) return message;
  // What apache-arrow stumbles over in a file that is not whole.
  return `expected Arrow IPC, got something else (${message})`;
}
