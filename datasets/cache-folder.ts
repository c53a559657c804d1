import { join } from 'node:path';
import { packageRoot } from '../src/paths.ts';

/**
 * Returns the folder for what a data set can fetch or make again: `name` in `DUCKTOPICS_CACHE`, else in `.cache` of the
 * project.
 *
 * ```ts
 * cacheFolder('spam-assassin'); // '.../.cache/spam-assassin'
 * ```
 */
export function cacheFolder(name: string): string {
  return join(process.env.DUCKTOPICS_CACHE || join(packageRoot, '.cache'), name);
}
