import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

export interface Python {
  /** Why there is no Python with the packages; undefined when there is. Give it to a test's `skip`. */
  missing: string | undefined;
  /** The interpreter. */
  path: string;
  /** Runs a script and returns what it prints; `values` are in `sys.argv[1:]`. Throws with its errors when it fails. */
  run(script: string, ...values: string[]): Promise<string>;
}

/**
 * A Python with the packages of a list beside this file: a virtual environment in `.cache/<name>`, made on first use and kept until
 * the list changes. `python` has `python-requirements.txt`, `python-dbt` has `python-dbt-requirements.txt`.
 *
 * ```ts
 * const python = await preparePython();
 * test('...', { skip: python.missing }, async () => { await python.run('import faiss; ...'); });
 * ```
 *
 * Where it cannot be made (no python3, no venv module, no package index) `missing` says why; with CI set in the environment
 * that is an error instead, so that no check is left out there.
 */
export async function preparePython(name = 'python'): Promise<Python> {
  const path = join(folderOf(name), 'bin', 'python');
  const missing = await install(name);
  if (missing !== undefined && process.env.CI) throw new Error(missing);
  return { missing, path, run: (script, ...values) => run(path, script, values) };
}

async function run(path: string, script: string, values: string[]): Promise<string> {
  const { stdout } = await exec(path, ['-c', script, ...values], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

function folderOf(name: string): string {
  return join(root, '.cache', name);
}

function stampOf(name: string): string {
  return join(folderOf(name), 'requirements.txt');
}

function requirementsOf(name: string): string {
  return join(import.meta.dirname, `${name}-requirements.txt`);
}

async function install(name: string): Promise<string | undefined> {
  const wanted = readFileSync(requirementsOf(name), 'utf8');
  const folder = folderOf(name);
  if (readText(stampOf(name)) === wanted) return undefined;
  mkdirSync(join(folder, '..'), { recursive: true });
  try {
    // Test files run side by side: one makes the environment, the others wait for it.
    await exec('flock', [`${folder}.lock`, process.execPath, '--import', 'tsx', import.meta.filename, name], {
      cwd: root,
    });
    return undefined;
  } catch (error) {
    return `missing Python with ${wanted.trim().split('\n').join(', ')}: ${lastLine(error)}`;
  }
}

/** Makes the environment; runs as a process of its own, under the lock. */
async function makeEnvironment(name: string): Promise<void> {
  const wanted = readFileSync(requirementsOf(name), 'utf8');
  const folder = folderOf(name);
  if (readText(stampOf(name)) === wanted) return;
  rmSync(folder, { recursive: true, force: true });
  await exec('python3', ['-m', 'venv', folder]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
  await exec(join(folder, 'bin', 'python'), [...pip, '--requirement', requirementsOf(name)]);
  writeFileSync(stampOf(name), wanted);
}

function lastLine(error: unknown): string {
  const { stderr = '', stdout = '', message } = error as { stderr?: string; stdout?: string; message: string };
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  return lines.at(-1) ?? message;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

if (process.argv[1] === import.meta.filename) {
  try {
    await makeEnvironment(process.argv[2] ?? 'python');
  } catch (error) {
    console.error(lastLine(error));
    process.exitCode = 1;
  }
}
