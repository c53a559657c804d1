import { VARCHAR } from '@duckdb/node-api';
import { IpcFile } from '../src/arrow/ipc-file.ts';
import { registerScan, type ScanConnection } from '../src/arrow/scan-function.ts';

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

/** Makes `read_arrow(path)` known to the database of a connection that can have table functions of JavaScript. */
export async function registerReadArrow(connection: Partial<ScanConnection>): Promise<void> {
  if (connection.registerTableFunction === undefined) return;
  await registerScan(connection as ScanConnection, {
    name: readArrow.name,
    parameterType: VARCHAR,
    open(path) {
      const file = new IpcFile(path as string);
      return {
        schema: file.read().schema,
        batches() {
          if (!new IpcFile(file.path).isSame(file)) throw new Error('the file changed while it was read');
          return file.read().batches;
        },
      };
    },
  });
}
