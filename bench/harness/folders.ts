import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../src/paths.ts';

/** The folder of the benchmarks' sources. */
export const benchFolder = join(packageRoot, 'bench');

/** A file or folder among what the benchmarks can make again; its parent folder exists afterwards. */
export function cached(...names: string[]): string {
  const path = join(process.env.DUCKTOPICS_CACHE || join(packageRoot, '.cache'), 'bench', ...names);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/** A file for what this program's runs hand to each other, such as centroids; without a name their folder. */
export function scratch(...names: string[]): string {
  return cached(`scratch-${process.pid}`, ...names);
}
