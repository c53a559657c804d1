// Runs a program with its output in build/setup.log, and shows the end of it when the program fails.
import { spawnSync } from 'node:child_process';
import { accessSync, closeSync, constants, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildDir, root } from './stamp.mjs';

/** A failure that its message explains; the setup prints it without a stack. */
export class SetupError extends Error {}

export function say(message) {
  process.stderr.write(`setup: ${message}\n`);
}

/** Runs a program quietly. Returns true when it ended with 0. */
export function tryRun(program, args, options = {}) {
  mkdirSync(buildDir, { recursive: true });
  const log = openSync(logFile, 'a');
  try {
    writeSync(log, `\n$ ${[program, ...args].join(' ')}\n`);
    const result = spawnSync(program, args, { cwd: root, stdio: ['ignore', log, log], ...options });
    if (result.error) writeSync(log, `${result.error.message}\n`);
    return result.status === 0;
  } finally {
    closeSync(log);
  }
}

/** Runs a program quietly, or throws an error with the first and last lines that it wrote. */
export function run(what, program, args, options = {}) {
  const before = logSize();
  if (tryRun(program, args, options)) return;
  const lines = readFileSync(logFile, 'utf8').slice(before).trim().split('\n');
  const shown = lines.length <= 60 ? lines : [...lines.slice(0, 20), '...', ...lines.slice(-40)];
  throw new SetupError(`${what} failed; the whole log is in build/setup.log\n${shown.join('\n')}`);
}

/** Whether a program is on the PATH. */
export function hasProgram(name) {
  return (process.env.PATH ?? '').split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const logFile = join(buildDir, 'setup.log');

function logSize() {
  try {
    return readFileSync(logFile, 'utf8').length;
  } catch {
    return 0;
  }
}
