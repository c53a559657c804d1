import { DuckDBTableFunction, VARCHAR } from '@duckdb/node-api';
import type { RecordBatch } from 'apache-arrow';
import { BatchWriter } from '../src/arrow/batch-writer.ts';
import { IpcFile } from '../src/arrow/ipc-file.ts';
import { messageOf } from '../src/errors.ts';

/** What the reference says of the function. */
export const readArrow = {
  name: 'read_arrow',
  signatures: ['read_arrow(path VARCHAR)'],
  returns: 'table (the columns of the file)',
  description: `Reads an Arrow IPC file or stream.

Both forms of the format are read: the stream (\`.arrows\`, what \`ducktopics query --format arrow\` writes) and the file (\`.arrow\`,
Feather V2). Batches come in their order, and memory holds one of them at a time. Only the columns that the query needs are turned into
DuckDB's form. A dictionary gives its values, a fixed-size list an ARRAY, a duration an INTERVAL.

Where a function takes the name of a table, make a view: \`CREATE TEMP VIEW messages AS FROM read_arrow('messages.arrow')\`.

Errors: a path that is no file; anything but Arrow IPC; a stream without its end mark or a file without its footer, since their writer did
not get to its end; compressed batches; types that DuckDB does not have (unions, run-end encoding, decimals of more than 38 digits).`,
  example: "SELECT * FROM read_arrow('assignments.arrow') LIMIT 3",
};

/** What registering uses of a connection. */
interface ReadArrowConnection {
  run(sql: string): Promise<unknown>;
  registerTableFunction?(tableFunction: DuckDBTableFunction): void;
}

/**
 * Makes `read_arrow(path)` known to the database of a connection. Where it is known nothing changes: a query that runs on another
 * connection may be using it.
 */
export async function registerReadArrow(connection: ReadArrowConnection): Promise<void> {
  if (connection.registerTableFunction === undefined) return;
  try {
    await connection.run("EXPLAIN FROM read_arrow('')");
  } catch (error) {
    if (/^Catalog Error/.test(messageOf(error))) connection.registerTableFunction(readArrowFunction());
  }
}

function readArrowFunction(): DuckDBTableFunction {
  return DuckDBTableFunction.create({
    name: readArrow.name,
    parameterTypes: [VARCHAR],
    supportsProjectionPushdown: true,
    bindFunction(info) {
      const path = info.getParameter(0);
      if (typeof path !== 'string') throw new Error('read_arrow: expected a path, got NULL');
      explained(path, () => {
        const file = new IpcFile(path);
        const writer = new BatchWriter(file.read().schema);
        for (const { name, type } of writer.columns) info.addResultColumn(name, type);
        info.setBindData({ file, writer } satisfies BindData);
      });
    },
    initFunction(info) {
      const { file } = info.getBindData() as BindData;
      info.setMaxThreads(1);
      explained(file.path, () => {
        const now = new IpcFile(file.path);
        if (!now.isSame(file)) throw new Error('the file changed while it was read');
        const scan: Scan = {
          columns: info.getColumnIndexes(),
          batches: now.read().batches,
          batch: undefined,
          next: 0,
        };
        info.setInitData(scan);
      });
    },
    mainFunction(info, chunk) {
      const { file, writer } = info.getBindData() as BindData;
      const scan = info.getInitData() as Scan;
      explained(file.path, () => {
        while (scan.batch === undefined || scan.next >= scan.batch.numRows) {
          const item = scan.batches.next();
          if (item.done) {
            chunk.rowCount = 0;
            return;
          }
          scan.batch = item.value;
          scan.next = 0;
        }
        scan.next += writer.fill(chunk, scan.batch, scan.next, scan.columns);
      });
    },
  });
}

interface BindData {
  file: IpcFile;
  writer: BatchWriter;
}

interface Scan {
  columns: number[];
  batches: Iterator<RecordBatch>;
  batch: RecordBatch | undefined;
  next: number;
}

/** Errors as those of the other readers: `read_arrow: missing.arrow: no such file`. */
function explained(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'permission denied' : messageOf(error);
    throw new Error(`read_arrow: ${path}: ${reason}`);
  }
}
