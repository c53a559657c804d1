import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../src/paths.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();
let clones = 0;

/** A folder with the setup's scripts, an extension's source and nothing else. */
function bareClone(): string {
  const clone = join(folder, `clone-${clones++}`);
  mkdirSync(join(clone, 'udfs', 'native'), { recursive: true });
  cpSync(join(packageRoot, 'scripts'), join(clone, 'scripts'), { recursive: true });
  cpSync(join(packageRoot, 'package.json'), join(clone, 'package.json'));
  writeFileSync(join(clone, 'udfs', 'native', 'CMakeLists.txt'), 'project(none)\n');
  return clone;
}

function setup(clone: string, args: string[], env: NodeJS.ProcessEnv = process.env) {
  return spawnSync(process.execPath, [join(clone, 'scripts', 'setup.mjs'), ...args], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const noPrograms = { PATH: join(folder, 'no-programs') };

test('setup run again starts no program, writes nothing and says nothing', () => {
  setup(packageRoot, []);
  const extension = join(packageRoot, 'build', 'ducktopics.duckdb_extension');
  const before = statSync(extension).mtimeMs;
  const { status, stdout, stderr } = setup(packageRoot, [], noPrograms);
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
  assert.equal(statSync(extension).mtimeMs, before);
});

test('setup without the right to install names the missing packages and the command', () => {
  const { status, stderr } = setup(bareClone(), ['--native'], noPrograms);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^setup: missing packages: g\+\+ cmake ninja-build.*; install them with: sudo apt-get update && sudo apt-get install -y g\+\+ cmake ninja-build/,
  );
});

test('setup with an unknown flag says which there are', () => {
  const { status, stderr } = setup(bareClone(), ['--fast']);
  assert.equal(status, 2);
  assert.equal(stderr, 'setup: unknown flag: --fast; expected --dev or --native\n');
});

test('setup whose build fails shows the end of the log', () => {
  const clone = bareClone();
  writeFileSync(join(clone, 'udfs', 'native', 'CMakeLists.txt'), 'message(FATAL_ERROR "no such luck")\n');
  const { status, stderr } = setup(clone, ['--native']);
  assert.equal(status, 1);
  assert.match(stderr, /setup: cmake failed; the whole log is in build\/setup\.log\n[\s\S]*no such luck/);
});

test('setup takes node_modules as they are when they hold the versions of package-lock.json', () => {
  const clone = bareClone();
  const lock = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '2.0.0', optional: true },
    },
  };
  writeFileSync(join(clone, 'package-lock.json'), JSON.stringify(lock));
  mkdirSync(join(clone, 'node_modules'));
  const install = (version: string) => {
    const present = { packages: { 'node_modules/a': { version } } };
    writeFileSync(join(clone, 'node_modules', '.package-lock.json'), JSON.stringify(present));
    return setup(clone, [], noPrograms).stderr;
  };
  assert.doesNotMatch(install('1.0.0'), /npm ci/);
  assert.match(install('1.1.0'), /setup: installing node_modules \(npm ci\)\nsetup: npm ci failed/);
});

test('setups at the same time take turns, and one takes over the lock of a dead process', async () => {
  const clone = bareClone();
  const log = join(clone, 'log');
  mkdirSync(join(clone, 'build'));
  writeFileSync(join(clone, 'build', '.setup.lock'), String(deadProcess()));
  const script = `
    const { withLock } = await import(${JSON.stringify(join(clone, 'scripts', 'setup', 'lock.mjs'))});
    const { appendFileSync } = await import('node:fs');
    await withLock(async () => {
      appendFileSync(${JSON.stringify(log)}, 'in ');
      await new Promise((resolve) => setTimeout(resolve, 100));
      appendFileSync(${JSON.stringify(log)}, 'out ');
    });`;
  const run = promisify(execFile);
  await Promise.all(Array.from({ length: 4 }, () => run(process.execPath, ['--input-type=module', '-e', script])));
  assert.equal(readFileSync(log, 'utf8'), 'in out '.repeat(4));
});

/** The id of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}
