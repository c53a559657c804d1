import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DuckTopicsError, messageOf } from '../errors.ts';
import { literal } from '../labelling/host-macros.ts';
import { recordMacros } from '../labelling/record-macros.ts';
import { cacheFolder } from '../labelling/settings.ts';
import { type DuckTopics, type OpenOptions, open } from '../open.ts';
import { setupCommand } from '../paths.ts';
import { register } from '../register.ts';
import { freePort } from './port.ts';
import { loadQuack } from './quack-extension.ts';
import { SessionGate } from './session-gate.ts';

export interface ServeOptions {
  /** The token that clients must give, at least 4 characters. */
  token: string;
  /** The address on which to listen. Default: `127.0.0.1`, for programs of this machine only. */
  host?: string;
  /** The port, or 0 for any free one. Default: 9494, on which clients look by themselves. */
  port?: number;
  /** Refuse every write: to the database, to files, and to what the server keeps. Default: false. */
  readOnly?: boolean;
  /** Folders whose files the clients of a read-only server may read, below them too. Default: none. */
  files?: readonly string[];
  /** The folder of `quack.duckdb_extension` and `httpfs.duckdb_extension`; see `loadQuack`. */
  extensions?: string;
  /** Create the database file when it is missing. Default: false. */
  create?: boolean;
  threads?: number;
  memoryLimit?: string;
}

/** A running server. */
export interface Server {
  /** What a client attaches: `quack:127.0.0.1:9494`. */
  readonly uri: string;
  /**
   * Stops: new statements are refused, those that run have `graceSeconds` to end, the database is checkpointed and closed.
   * Returns how many statements did not end; the process must exit then, what they wrote is rolled back.
   */
  stop(graceSeconds: number, signal?: AbortSignal): Promise<number>;
}

/**
 * Serves a database to stock `duckdb` shells, and to any other client of DuckDB's Quack protocol. Each of their sessions has every
 * function and macro of DuckTopics.
 *
 * ```ts
 * const server = await serve('mail.duckdb', { token });
 * await server.stop(10);
 * ```
 *
 * Throws `missing database: ...`, `port in use: ...`, `missing extension: quack ...`, and what `open` throws.
 */
export async function serve(path: string, options: ServeOptions): Promise<Server> {
  const { host = '127.0.0.1', readOnly = false } = options;
  checkDatabase(path, options);
  const port = await freePort(host, options.port ?? 9494);
  const db = await openWithFiles(path, options);
  try {
    if (readOnly) await checkClosed(db, options.files ?? []);
    await loadQuack(db.connection, options.extensions);
    const gate = new SessionGate(db.connection, await preludeOf(db, readOnly), readOnly);
    await gate.install();
    if (readOnly) await closeFiles(db, options.files ?? []);
    const uri = `quack:${host.includes(':') ? `[${host}]` : host}:${port}`;
    await listen(db, uri, options.token);
    // Clients cannot change what holds them.
    if (readOnly) await db.query('SET GLOBAL lock_configuration = true');
    return { uri, stop: (graceSeconds, signal) => stop(db, gate, uri, graceSeconds, signal) };
  } catch (error) {
    db.close();
    throw error;
  }
}

function checkDatabase(path: string, { readOnly, create, files }: ServeOptions): void {
  if (files !== undefined && files.length > 0 && !readOnly) {
    throw new DuckTopicsError('invalid files: only a read-only server limits them', { mend: 'add --readonly' });
  }
  for (const folder of files ?? []) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      throw new DuckTopicsError(`missing folder: ${folder}`, { mend: 'give a folder that exists with --files' });
    }
    if (resolve(folder).includes(':')) {
      throw new DuckTopicsError(`invalid folder: ${folder} has a ':' in its path`, { mend: 'give a link to it' });
    }
  }
  if (path === ':memory:') {
    if (!readOnly) return;
    throw new DuckTopicsError('invalid database: :memory: is empty, and a read-only server keeps it so', {
      mend: 'give a file with --db',
    });
  }
  if (existsSync(path) || (create && !readOnly)) return;
  throw new DuckTopicsError(`missing database: ${path}`, {
    mend: readOnly ? 'give a file that exists with --db' : 'give a file that exists with --db, or add --create',
  });
}

/** Opens the database. The native functions of a read-only server open files below its folders only, and write none. */
async function openWithFiles(path: string, options: ServeOptions): Promise<DuckTopics> {
  if (!options.readOnly) return open(path, openOptions(options));
  const before = process.env.DUCKTOPICS_FILES;
  // The extension reads it when it is loaded.
  process.env.DUCKTOPICS_FILES = (options.files ?? []).map((folder) => resolve(folder)).join(':');
  try {
    return await open(path, openOptions(options));
  } finally {
    if (before === undefined) delete process.env.DUCKTOPICS_FILES;
    else process.env.DUCKTOPICS_FILES = before;
  }
}

/** Throws where the native functions do not keep from files: an extension of another version, or a worker's environment. */
async function checkClosed(db: DuckTopics, folders: readonly string[]): Promise<void> {
  if (folders.some((folder) => resolve(folder) === '/')) return;
  const error = await db.query("FROM read_npy('/')").catch(messageOf);
  if (typeof error === 'string' && error.includes('/: may not be opened')) return;
  throw new DuckTopicsError('cannot close files: the extension does not heed DUCKTOPICS_FILES', {
    mend: `rebuild it with: ${setupCommand}`,
  });
}

function openOptions({ readOnly = false, threads, memoryLimit }: ServeOptions): OpenOptions {
  return {
    readOnly,
    ...(threads === undefined ? {} : { threads }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
  };
}

/** The statements that give a session what `register` gives a connection; the extension itself is loaded for all. */
async function preludeOf(db: DuckTopics, readOnly: boolean): Promise<string> {
  const statements: string[] = [];
  await register({ run: async (sql) => statements.push(sql) }, { labelling: db.labelling });
  const prelude = statements.filter((sql) => !sql.startsWith('LOAD ')).join('\n');
  // `label_cache()` and `label_usage()` read files, which may hold texts of other databases.
  const closed = readOnly ? recordMacros(cacheFolder(undefined)) : [];
  return closed.reduce((sql, statement) => sql.replace(statement, ''), prelude);
}

async function listen(db: DuckTopics, uri: string, token: string): Promise<void> {
  try {
    await db.query('FROM quack_serve($uri, token = $token, allow_other_hostname = true)', { uri, token });
  } catch (cause) {
    throw new DuckTopicsError(`cannot listen on ${uri}: ${messageOf(cause).split('\n', 1)[0]}`, {
      mend: 'choose another port with --port, or any free one with --port 0',
      cause,
    });
  }
}

/** Keeps SQL from the files of this machine, but for those below some folders. */
async function closeFiles(db: DuckTopics, folders: readonly string[]): Promise<void> {
  if (folders.length > 0) {
    const list = folders.map((folder) => literal(resolve(folder))).join(', ');
    await db.query(`SET GLOBAL allowed_directories = [${list}]`);
  }
  await db.query('SET GLOBAL enable_external_access = false');
}

async function stop(
  db: DuckTopics,
  gate: SessionGate,
  uri: string,
  graceSeconds: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  gate.refuseAll();
  const end = Date.now() + graceSeconds * 1000;
  let running = await countRunning(db);
  while (running > 0 && Date.now() < end && !signal?.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    running = await countRunning(db);
  }
  await db.query('FROM quack_stop($uri)', { uri });
  // A statement that is still writing keeps the checkpoint off; the write-ahead log has all that was committed.
  await db.query('CHECKPOINT').catch(() => undefined);
  gate.close();
  db.close();
  return running;
}

async function countRunning(db: DuckTopics): Promise<number> {
  const [row] = await db.query<{ n: bigint }>(
    "SELECT count(*) AS n FROM quack_active_connections() WHERE state = 'active'",
  );
  return Number(row?.n);
}
