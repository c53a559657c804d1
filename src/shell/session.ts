import { basename } from 'node:path';
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import { ResultReturnType, StatementType } from '@duckdb/node-api';
import { createProgress, type Progress, silent } from '../cli/progress.ts';
import { DuckTopicsError, messageOf } from '../errors.ts';
import { type DuckTopics, type OpenOptions, open } from '../open.ts';
import { modes } from '../render/modes/modes.ts';
import { ResultSource } from '../render/result-source.ts';
import { runEach } from '../sql/run-statement.ts';
import { skipBlank } from '../sql/skip-blank.ts';
import { AlreadyTold } from './already-told.ts';
import { Cancellation } from './cancellation.ts';
import { Output } from './output.ts';
import { printPlan } from './plan.ts';
import { defaultSettings, type ShellSettings } from './settings.ts';
import { Stopwatch } from './stopwatch.ts';

/** A shell at work: a database, settings, an output. It runs SQL and says what went wrong. */
export class Session {
  readonly settings: ShellSettings = { ...defaultSettings };
  readonly output = new Output();
  readonly cancellation = new Cancellation();
  /** Set by `.quit`: the shell reads no more. */
  hasQuit = false;
  /** The code of `.exit CODE`. */
  quitCode: number | undefined;
  /** Whether anything has failed. */
  hasFailed = false;
  /** Set by what reads the keyboard, to stand aside while something runs. */
  around: <T>(work: () => Promise<T>) => Promise<T> = (work) => work();
  #db: DuckTopics;
  #path: string;
  readonly #options: OpenOptions;
  #progress: Progress;

  private constructor(db: DuckTopics, path: string, options: OpenOptions, progress: Progress) {
    this.#db = db;
    this.#path = path;
    this.#options = options;
    this.#progress = progress;
  }

  /** Opens the database. Throws as `open()` does. */
  static async open(path: string, options: OpenOptions): Promise<Session> {
    const db = await open(path, options);
    return new Session(db, path, { ...options }, await progressOf(db));
  }

  get db(): DuckTopics {
    return this.#db;
  }

  get path(): string {
    return this.#path;
  }

  /** Closes the database and opens another; where that fails the shell goes on with an empty one in memory. */
  async reopen(path: string, readOnly: boolean): Promise<void> {
    this.#db.close();
    Object.assign(this.#options, { readOnly });
    try {
      this.#db = await open(path, this.#options);
      this.#path = path;
    } catch (error) {
      this.#options.readOnly = false;
      this.#db = await open(':memory:', this.#options);
      this.#path = ':memory:';
      throw error;
    } finally {
      this.#progress = await progressOf(this.#db);
    }
  }

  /** Runs one or more statements, prints their results, and tells of the first error. False when there was one. */
  async run(sql: string): Promise<boolean> {
    if (skipBlank(sql, 0) >= sql.length) return true;
    if (this.settings.echo) await this.output.write(`${sql}\n`);
    const interrupt = () => this.#db.connection.interrupt();
    const isFine = await this.attempt(() => this.cancellation.guard(interrupt, () => this.#runEach(sql)));
    this.output.endOfInput();
    return isFine;
  }

  /** Does something and tells of the error that it throws. False when there was one. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await this.around(work);
      return true;
    } catch (error) {
      this.#progress.abandon();
      this.hasFailed = true;
      if (!(error instanceof AlreadyTold)) process.stderr.write(`${describe(error)}\n`);
      return false;
    }
  }

  /** The rows of a query that the shell itself asks, on the user's connection. */
  async rows(sql: string, values: string[] = []): Promise<string[][]> {
    const result = await this.#db.connection.run(sql, values);
    return (await result.getRowsJS()).map((row) => row.map((value) => String(value ?? '')));
  }

  close(): void {
    this.output.close();
    this.#db.close();
  }

  async #runEach(sql: string): Promise<void> {
    let stopwatch = new Stopwatch();
    const place = basename(this.#path, '.duckdb').replace(':memory:', 'memory');
    this.#progress.start(place, sql);
    for await (const result of runEach(this.#db.connection, sql)) {
      this.#progress.pause();
      this.cancellation.check();
      if (result.returnType === ResultReturnType.QUERY_RESULT) await this.print(result);
      if (this.settings.timer) await this.output.write(stopwatch.report());
      stopwatch = new Stopwatch();
      this.#progress.start(place, sql);
    }
    this.#progress.pause();
  }

  /** Prints a result in the mode that is set. */
  async print(result: DuckDBResult): Promise<void> {
    const write = (text: string) => {
      this.cancellation.check();
      return this.output.write(text);
    };
    if (result.statementType === StatementType.EXPLAIN) return printPlan(result, write);
    // A connection of its own turns values into text, so that the user's stays as it is.
    const connection = await this.#db.instance.connect();
    try {
      await this.#follow(connection);
      const { mode, headers, nullValue, separator, maxRows, maxWidth } = this.settings;
      const source = await ResultSource.open(result, connection);
      const width = maxWidth > 0 ? maxWidth : this.output.width;
      await modes[mode](source, write, { width, maxRows, headers, nullValue, separator });
    } finally {
      connection.closeSync();
    }
  }

  /** Gives another connection what the texts of values depend on: the time zone, and a database that is still attached. */
  async #follow(connection: DuckDBConnection): Promise<void> {
    const [row] = await this.rows("SELECT current_setting('TimeZone'), current_database()").catch(() => []);
    if (row === undefined) return;
    const [timeZone = '', database = ''] = row;
    await connection.run(`SET TimeZone = '${timeZone.replaceAll("'", "''")}'; USE "${database.replaceAll('"', '""')}"`);
  }
}

/** On a terminal a bar shows how far a query is that takes longer than this. */
const quietMs = 500;

async function progressOf(db: DuckTopics): Promise<Progress> {
  const { stderr } = process;
  if (!stderr.isTTY) return silent;
  const output = {
    write: (text: string) => stderr.write(text),
    isTTY: true,
    // The terminal itself writes ^C behind the bar.
    get columns() {
      return Math.max(20, (stderr.columns || 80) - 4);
    },
  };
  return createProgress(db.connection, output, quietMs);
}

/** DuckDB's own words, or those of an error of this program with what mends it. */
function describe(error: unknown): string {
  const message = messageOf(error)
    .replace(/^Failed to extract statements: /, '')
    .trimEnd();
  const text = /^[A-Z][A-Za-z ]* Error: /.test(message) ? message : `Error: ${message}`;
  return error instanceof DuckTopicsError && error.mend !== undefined ? `${text}\n${error.mend}` : text;
}
