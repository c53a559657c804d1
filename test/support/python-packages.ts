import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Python } from './python.ts';

const exec = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

/**
 * A folder for PYTHONPATH with one package in a version of its own, installed on first use.
 *
 * ```ts
 * const folder = await pythonPackage(python, 'duckdb', '2.0.0');
 * ```
 */
export async function pythonPackage(python: Python, name: string, version: string): Promise<string> {
  const folder = join(root, '.cache', `python-${name}-${version}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
  try {
    await exec(python.path, [...pip, '--target', unfinished, `${name}==${version}`]);
    if (!existsSync(folder)) renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}
