// build/ducktopics.sql, for `duckdb -unsigned -init build/ducktopics.sql`.
import { spawnSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './run.mjs';
import { initFile, root } from './stamp.mjs';

/** Writes what `ducktopics init-file` prints. */
export function writeInitFile() {
  const result = spawnSync(process.execPath, [join(root, 'bin', 'ducktopics.mjs'), 'init-file'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status !== 0) throw new SetupError(`ducktopics init-file failed\n${result.stderr}`);
  const draft = `${initFile}.${process.pid}`;
  writeFileSync(draft, result.stdout);
  renameSync(draft, initFile);
}
