// node_modules as package-lock.json describes it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, say } from './run.mjs';
import { root } from './stamp.mjs';

/** Runs `npm ci` when node_modules is missing or holds other versions than package-lock.json. */
export function installNodeModules() {
  if (isInstalled()) return;
  say('installing node_modules (npm ci)');
  run('npm ci', 'npm', ['ci', '--include=dev', '--no-audit', '--no-fund']);
}

/** Compares package-lock.json with npm's own record of what it installed. */
function isInstalled() {
  const wanted = readLock('package-lock.json');
  const present = readLock('node_modules/.package-lock.json');
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = present[path];
    return found === undefined ? entry.optional === true : found.version === entry.version;
  });
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}
