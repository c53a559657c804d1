import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckTopicsError, messageOf } from '../../errors.ts';

/** Another run holds the lock, or another program the database. */
export class Locked extends DuckTopicsError {}

export interface Lock {
  /** Lets the next one in. The end of the process does so too, however it ends. */
  release(): void;
}

export interface LockOptions {
  /** Until when to wait for the one that holds it, on the clock of `performance.now()`. Default: does not wait. */
  deadline?: number;
  /** Called once, before waiting, with who holds it. */
  onWait?: (holder: string) => void;
}

/**
 * Takes the lock of a file, which is created when missing and stays behind, empty.
 *
 * ```ts
 * const lock = await takeLock('topics.duckdb.lock', { deadline: performance.now() + 60_000 });
 * ```
 *
 * It is a lock of the kernel on the open file, so that it is free again the moment its process ends, even by `kill -9` or a crash;
 * nothing is left behind to clear away. It holds between containers that share the folder too. What the file says is only
 * for people: who holds the lock, since when. Throws `Locked` when the wait is over.
 */
export async function takeLock(file: string, { deadline = 0, onWait }: LockOptions = {}): Promise<Lock> {
  const { tryLock } = createRequire(import.meta.url)('fs-native-extensions') as { tryLock(fd: number): boolean };
  const fd = openLockFile(file);
  try {
    let told = false;
    while (!tryLock(fd)) {
      const left = deadline - performance.now();
      if (left <= 0) throw new Locked(`locked: ${file} is held by ${holderOf(file)}`, { mend: waitMend });
      if (!told) onWait?.(holderOf(file));
      told = true;
      await sleep(Math.min(left, 100));
    }
    ftruncateSync(fd);
    writeSync(fd, `process ${process.pid} on ${hostname()} since ${new Date().toISOString()}\n`, 0);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return {
    release() {
      ftruncateSync(fd);
      closeSync(fd);
    },
  };
}

/**
 * The lock file of a database: beside it, and the same one by whatever path or link the database is named. Undefined for a database in
 * memory, an address, and what cannot be opened as a database: a folder, a file in a folder that is missing.
 */
export function lockFileOf(database: string): string | undefined {
  if (database === ':memory:' || database.includes('://')) return undefined;
  try {
    const file = realpathSync(database);
    return statSync(file).isDirectory() ? undefined : `${file}.lock`;
  } catch {
    const folder = dirname(database);
    return existsSync(folder) ? join(realpathSync(folder), `${basename(database)}.lock`) : undefined;
  }
}

/** Runs `open` again until the time is over while another program holds the database, whose lock is DuckDB's own. */
export async function whenUnlocked<T>(open: () => Promise<T>, { deadline = 0, onWait }: LockOptions = {}): Promise<T> {
  let told = false;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const holder = holderIn(messageOf(error));
      if (holder === undefined) throw error;
      const left = deadline - performance.now();
      if (left <= 0) throw new Locked(messageOf(error), { mend: `close the other program; ${waitMend}`, cause: error });
      if (!told) onWait?.(holder);
      told = true;
      await sleep(Math.min(left, 200));
    }
  }
}

/** DuckDB gives the name of a program whose process it can see, and otherwise, as from within another container, its number alone. */
function holderIn(message: string): string | undefined {
  return /Conflicting lock is held in (.*?\(PID -?\d+\)|PID -?\d+)/.exec(message)?.[1];
}

const waitMend = 'wait for it with: --wait SECONDS';

function openLockFile(file: string): number {
  try {
    return openSync(file, 'a+');
  } catch (cause) {
    throw new DuckTopicsError(`cannot open the lock file ${file}: ${messageOf(cause)}`, {
      mend: 'give another one with --lock FILE',
      cause,
    });
  }
}

function holderOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim() || 'another process';
  } catch {
    return 'another process';
  }
}
