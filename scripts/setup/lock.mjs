// One setup at a time: a second one waits for the first.
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './run.mjs';
import { buildDir } from './stamp.mjs';

const lockFile = join(buildDir, '.setup.lock');
/** Held while a lock that was left behind is removed. */
const removalFile = `${lockFile}.removal`;
const longestSetupMs = 60 * 60 * 1000;
const longestRemovalMs = 10_000;

/** Calls `work` while holding build/.setup.lock; a lock left by a dead process is taken over. */
export async function withLock(work) {
  mkdirSync(buildDir, { recursive: true });
  let waiting = false;
  while (!linkOurId(lockFile)) {
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

/** Links a file that already holds our process id to a name, so that a lock is never seen empty. Whether the name was free. */
function linkOurId(name) {
  const draft = `${name}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, name);
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
  const pid = holder();
  if (pid === undefined || isHeldBy(pid)) return pid;
  // One at a time, and only what is still left behind: another may have removed it and have the lock now.
  if (linkOurId(removalFile)) {
    try {
      const left = holder();
      if (left !== undefined && !isHeldBy(left)) rmSync(lockFile, { force: true });
    } finally {
      rmSync(removalFile, { force: true });
    }
  } else if (ageOf(removalFile) > longestRemovalMs) {
    rmSync(removalFile, { force: true });
  }
  return undefined;
}

function holder() {
  try {
    return Number(readFileSync(lockFile, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isHeldBy(pid) {
  return ageOf(lockFile) < longestSetupMs && isAlive(pid);
}

/** Milliseconds since a file was written; 0 when it is gone. */
function ageOf(file) {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
