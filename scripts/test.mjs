// Runs the tests with node's own runner: all of them, or those whose path contains one of the arguments.
//
//   node scripts/test.mjs
//   node scripts/test.mjs query-command kmeans
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup/stamp.mjs';

const wanted = process.argv.slice(2);
const files = readdirSync(join(root, 'test'), { recursive: true })
  .map((file) => join('test', file))
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) {
  console.error(`test: no test file matches: ${wanted.join(' ')}`);
  process.exit(2);
}
const flags = ['--import', 'tsx', '--test', '--test-reporter=spec', '--test-concurrency=2'];
const { status } = spawnSync(process.execPath, [...flags, ...files], { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
