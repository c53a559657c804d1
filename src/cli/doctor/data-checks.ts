import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isClone, packageRoot } from '../../paths.ts';
import type { Check } from './check.ts';

/** The caches and the mail corpus that the demo reads; only a clone has them. */
export async function dataChecks(): Promise<Check[]> {
  const init = join(packageRoot, 'build', 'ducktopics.sql');
  if (!isClone)
    return [{ name: 'mail corpus', state: 'absent', found: 'the demo and its mail are in the source repository' }];
  const cache = process.env.DUCKTOPICS_CACHE || join(packageRoot, '.cache');
  const mails = join(cache, 'spam-assassin', 'mails.parquet');
  return [
    fileCheck('init file of the stock duckdb shell', init, 'write it with: npm run setup'),
    { name: 'cache', state: existsSync(cache) ? 'ok' : 'absent', found: cache, mend: 'made on first use' },
    fileCheck('mail corpus', mails, 'fetch and parse it (20 MB) with: npm run demo'),
  ];
}

function fileCheck(name: string, file: string, mend: string): Check {
  if (!existsSync(file)) return { name, state: 'absent', found: `no ${file}`, mend };
  return { name, state: 'ok', found: `${file}, ${sizeOf(file)}` };
}

function sizeOf(file: string): string {
  const { size } = statSync(file);
  return size < 2 ** 20 ? `${Math.ceil(size / 2 ** 10)} KiB` : `${(size / 2 ** 20).toFixed(1)} MiB`;
}
