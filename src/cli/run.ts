import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { DuckTopicsError, messageOf } from '../errors.ts';
import { setVariable } from '../sql/set-variable.ts';
import type { DatabaseOptions } from './database-options.ts';
import { endAtOnce, Interrupted, interruptible } from './interrupt.ts';
import { type PrintOptions, ResultPrinter } from './print-result.ts';
import type { Progress } from './progress.ts';
import { EndpointFailure } from './run/endpoint-failure.ts';
import { failureOf, killedExitCode } from './run/exit-codes.ts';
import { createJsonLog } from './run/json-log.ts';
import { type Lock, type LockOptions, lockFileOf, takeLock, whenUnlocked } from './run/lock.ts';
import { createTextLog, type RunEnd, type RunLog } from './run/run-log.ts';
import { withTimeLimit } from './run/time-limit.ts';
import { runInTransaction } from './run/transaction.ts';
import type { Script } from './run-script.ts';
import { openDatabase } from './with-database.ts';

export interface RunOptions extends DatabaseOptions, PrintOptions {
  /** Variables by name, their values as typed on the command line. */
  set: Map<string, string>;
  logFormat: 'text' | 'json';
  /** The lock file; by default the one of the database, none for a database in memory or one that is only read. */
  lock?: string;
  /** How many seconds to wait for the lock and the database, together. */
  wait: number;
  /** How many seconds the scripts may take, the wait left out. */
  timeout?: number;
}

/**
 * Runs scripts one after the other on one connection, each in a transaction, and returns the exit code: 0, or one of
 * `exitCodes`, or 128 + signal. What happens is told on standard error, results are printed on standard output.
 */
export async function run(files: string[], options: RunOptions): Promise<number> {
  const log = options.logFormat === 'json' ? createJsonLog() : createTextLog(options.db);
  const state: RunState = { statements: 0, rolledBack: false, failures: async () => 0, failuresBefore: 0 };
  const fail = (error: unknown, endpointFailed = false) => {
    const failure = failureOf(error, endpointFailed);
    log.fail(error, failure, state);
    return failure.exitCode;
  };
  let lock: Lock | undefined;
  const waiting = { deadline: performance.now() + options.wait * 1000, onWait: log.wait };
  try {
    log.start(files, options.db);
    const scripts = await Promise.all(files.map(readScript));
    lock = await takeLockOf(options, waiting);
    await runScripts(scripts, options, log, state, waiting, (error) => {
      state.rolledBack = true;
      if (error instanceof Interrupted) {
        fail(error);
        endAtOnce(error);
      } else {
        log.fail(error, { kind: 'timeout', exitCode: killedExitCode }, state);
        killAtOnce();
      }
    });
    log.end(state);
    return 0;
  } catch (error) {
    return fail(error, (await state.failures()) > state.failuresBefore);
  } finally {
    lock?.release();
  }
}

/** Ends the process though a query runs, as `endAtOnce` does where a signal has come. */
function killAtOnce(): void {
  process.emit('exit', killedExitCode);
  process.kill(process.pid, 'SIGKILL');
}

interface RunState extends RunEnd {
  /** How many questions the endpoint has failed to answer so far. */
  failures: () => Promise<number>;
  /** Their number before the statement that ran last. */
  failuresBefore: number;
}

async function runScripts(
  scripts: Script[],
  options: RunOptions,
  log: RunLog,
  state: RunState,
  waiting: LockOptions,
  onStuck: (error: unknown) => void,
): Promise<void> {
  const db = await whenUnlocked(() => openDatabase(options), waiting);
  state.failures = async () => (await db.labelling.spent()).failures;
  const work = async (stopped: AbortSignal) => {
    const checkpoint = () => stopped.throwIfAborted();
    for (const [name, value] of options.set) await setVariable(db.connection, name, value);
    const printer = new ResultPrinter(db, options, stopped);
    const progress = counted(await log.follow(db.connection), state);
    for (const script of scripts) {
      await runInTransaction(db.connection, script, { printer, progress, checkpoint }, () => {
        state.rolledBack = true;
      });
    }
    const failures = await state.failures();
    if (failures > 0) throw new EndpointFailure(failures);
  };
  try {
    await interruptible(
      db.connection,
      (_, signalled) =>
        withTimeLimit(db.connection, options.timeout, (_, late) => work(AbortSignal.any([signalled, late])), onStuck),
      { onStuck },
    );
  } finally {
    db.close();
  }
}

/** The lock that keeps a second run out; none where nothing is shared. */
async function takeLockOf(options: RunOptions, waiting: LockOptions): Promise<Lock | undefined> {
  const file = options.lock ?? (options.readonly ? undefined : lockFileOf(options.db));
  return file === undefined ? undefined : takeLock(file, waiting);
}

/** Counts the statements that end well. */
function counted(progress: Progress, state: RunState): Progress {
  return {
    ...progress,
    finish(rows) {
      progress.finish(rows);
      state.statements++;
      void state.failures().then((failures) => {
        state.failuresBefore = failures;
      });
    },
  };
}

/** Reads a script; `-` is standard input. */
export async function readScript(file: string): Promise<Script> {
  if (file === '-') return { name: 'standard input', text: await text(process.stdin) };
  try {
    return { name: file, text: await readFile(file, 'utf8') };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const mend = 'give the path of an SQL file, or - for standard input';
    if (code === 'ENOENT') throw new DuckTopicsError(`missing script: ${file}`, { mend, cause });
    if (code === 'EISDIR') throw new DuckTopicsError(`invalid script: ${file} is a folder`, { mend, cause });
    throw new DuckTopicsError(`cannot read ${file}: ${messageOf(cause)}`, { mend, cause });
  }
}
