import { once } from 'node:events';
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import { DuckDBTypeId, ResultReturnType, StatementType } from '@duckdb/node-api';
import type { DuckTopics } from '../open.ts';
import type { FormatName } from '../render/format-names.ts';
import { formats, type Write } from '../render/render.ts';
import { ResultSource } from '../render/result-source.ts';

export interface PrintOptions {
  format: FormatName;
  maxRows: number;
}

/**
 * Prints results on standard output, with a connection of its own for turning values into text. Once `stopped` is aborted it does not
 * wait for a slow reader any more: it throws.
 */
export class ResultPrinter {
  readonly #db: DuckTopics;
  readonly #options: PrintOptions;
  readonly #stopped: AbortSignal | undefined;
  #connection: DuckDBConnection | undefined;

  constructor(db: DuckTopics, options: PrintOptions, stopped?: AbortSignal) {
    this.#db = db;
    this.#options = options;
    this.#stopped = stopped;
  }

  /**
   * Prints one result to its last row and returns the number of rows. `timeZone` is the session's, for types that carry one;
   * `beforeOutput` is called ahead of every piece that is written.
   */
  async print(result: DuckDBResult, timeZone: string, beforeOutput = () => {}): Promise<number> {
    const write = (text: string) => {
      beforeOutput();
      return writeOut(text, this.#stopped);
    };
    if (result.statementType === StatementType.EXPLAIN && this.#options.format === 'table') {
      return printPlan(result, write);
    }
    this.#connection ??= await this.#db.instance.connect();
    try {
      if (result.columnTypes().some((type) => type.typeId === DuckDBTypeId.TIMESTAMP_TZ)) {
        await this.#connection.run(`SET TimeZone = '${timeZone.replaceAll("'", "''")}'`);
      }
      const source = await ResultSource.open(result, this.#connection);
      const width = lineWidth(process.stdout.columns);
      await formats[this.#options.format](source, write, { width, maxRows: this.#options.maxRows });
      return source.rowCount;
    } finally {
      this.#connection.closeSync();
      this.#connection = undefined;
    }
  }
}

/** The width of the terminal: 80 for one that does not know its own (0), `COLUMNS` or 120 for a file or a pipe. */
export function lineWidth(terminal: number | undefined): number {
  if (terminal === undefined) return Number(process.env.COLUMNS) || 120;
  return terminal > 0 ? terminal : 80;
}

/** Whether a statement gave rows to look at, and not just a count of what it changed. */
export function hasRows(result: DuckDBResult): boolean {
  return result.returnType === ResultReturnType.QUERY_RESULT && !isBareSuccess(result);
}

/** `CHECKPOINT` and its like answer with an empty column named Success. */
function isBareSuccess(result: DuckDBResult): boolean {
  return result.statementType !== StatementType.SELECT && result.columnNames().join() === 'Success';
}

/** The plan is a drawing already. */
async function printPlan(result: DuckDBResult, write: Write): Promise<number> {
  const rows = await result.getRows();
  for (const row of rows) await write(`${row.at(-1)}\n`);
  return rows.length;
}

/** Writes on standard output and waits until its reader is ready for more; throws when `stopped` is aborted meanwhile. */
export async function writeOut(bytes: string | Uint8Array, stopped: AbortSignal | undefined): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain', stopped && { signal: stopped });
}
