import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeCheck, platformCheck } from '../src/cli/doctor/runtime-checks.ts';
import { ducktopics } from './support/command.ts';

test('doctor shows versions, the extension, the kernel, the build tools and the data', async () => {
  const { code, stdout, stderr } = await ducktopics(['doctor']);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}ok {7}Node\.js: \d+\.\d+\.\d+$/m);
  assert.match(stdout, /^ {2}ok {7}DuckDB: v1\.\d+\.\d+$/m);
  assert.match(stdout, /^ {2}ok {7}extension: \d+\.\d+\.\d+, \d+ MiB, .*ducktopics\.duckdb_extension$/m);
  assert.match(stdout, /^ {2}ok {7}functions: \d+ native, \d+ macros$/m);
  assert.match(stdout, /^ {2}ok {7}kernel: (baseline|avx2|avx512)/m);
  assert.match(stdout, /^ {2}ok {7}FAISS: /m);
  assert.match(stdout, /^ {2}\w+ +mail corpus: /m);
  assert.match(stdout, /Everything that queries need is here\.\n$/);
});

test('doctor names what mends what is absent', async () => {
  const { code, stdout } = await ducktopics(['doctor'], { env: { DUCKTOPICS_CACHE: '/nonexistent/cache' } });
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}absent {3}mail corpus: no \/nonexistent\/cache\/.*\n +.*npm run demo$/m);
});

test('doctor tells a kernel that was asked for from the best one', async () => {
  const { stdout } = await ducktopics(['doctor'], { env: { DUCKTOPICS_KERNEL: 'baseline' } });
  assert.match(stdout, /kernel: baseline/);
});

test('doctor finds an old Node.js and a foreign platform missing', () => {
  assert.equal(nodeCheck('18.19.0').state, 'missing');
  assert.equal(nodeCheck('22.1.0').state, 'ok');
  assert.equal(platformCheck('darwin', 'arm64').state, 'missing');
  assert.equal(platformCheck('linux', 'x64').state, 'ok');
});
