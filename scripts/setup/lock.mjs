// One setup at a time: a second one waits for the first.
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './run.mjs';
import { buildDir } from './stamp.mjs';

const lockFile = join(buildDir, '.setup.lock');
const longestSetupMs = 60 * 60 * 1000;

/** Calls `work` while holding build/.setup.lock; a lock left by a dead process is taken over. */
export async function withLock(work) {
  mkdirSync(buildDir, { recursive: true });
  let waiting = false;
  while (!take()) {
    const holder = liveHolder();
    if (holder === undefined) continue;
    if (!waiting) say(`waiting for another setup (process ${holder})`);
    waiting = true;
    await sleep(200);
  }
  const release = () => rmSync(lockFile, { force: true });
  const stop = () => process.exit(130);
  process.once('exit', release);
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    release();
  }
}

/** Links a file that already holds our process id to the lock's name, so that a lock is never seen empty. */
function take() {
  const draft = `${lockFile}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, lockFile);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The process that holds the lock; undefined when the lock is gone or was left behind, in which case it is removed. */
function liveHolder() {
  try {
    const pid = Number(readFileSync(lockFile, 'utf8'));
    const age = Date.now() - statSync(lockFile).mtimeMs;
    if (age < longestSetupMs && isAlive(pid)) return pid;
    rmSync(lockFile, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return undefined;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
