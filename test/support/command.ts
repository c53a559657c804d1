import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { packageRoot } from '../../src/paths.ts';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** What standard input gives; it is empty otherwise. */
  input?: string;
  cwd?: string;
  env?: Record<string, string>;
}

/** The file that npm links as `ducktopics`. */
export const commandFile = join(packageRoot, 'bin', 'ducktopics.mjs');

/** Runs `ducktopics` with these arguments to its end. */
export function ducktopics(args: string[], options: CommandOptions = {}): Promise<Ended> {
  const child = startDucktopics(args, options);
  child.stdin.end(options.input ?? '');
  return ended(child);
}

/** Starts `ducktopics` and leaves it running. */
export function startDucktopics(args: string[], options: CommandOptions = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [commandFile, ...args], {
    cwd: options.cwd ?? packageRoot,
    env: { ...process.env, ...options.env },
  });
}

/** Waits for a process and gives all that it wrote. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}
