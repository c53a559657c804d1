import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeCheck, platformCheck } from '../src/cli/doctor/runtime-checks.ts';
import { open } from '../src/index.ts';
import { ducktopics } from './support/command.ts';

test('doctor shows versions, the extension, the kernel, the build tools and the data', async () => {
  const { code, stdout, stderr } = await ducktopics(['doctor']);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}ok {7}Node\.js: \d+\.\d+\.\d+$/m);
  assert.match(stdout, /^ {2}ok {7}DuckDB: v1\.\d+\.\d+$/m);
  assert.match(stdout, /^ {2}ok {7}extension: \d+\.\d+\.\d+, \d+ MiB, .*ducktopics\.duckdb_extension$/m);
  assert.match(stdout, /^ {2}ok {7}functions: \d+ native, \d+ macros, \d+ in TypeScript$/m);
  assert.match(stdout, /^ {2}ok {7}kernel: (baseline|avx2|avx512|avx512vnni)$/m);
  assert.match(stdout, /^ {2}ok {7}FAISS: /m);
  assert.match(stdout, /^ {2}\w+ +mail corpus: /m);
  assert.match(stdout, /Everything that queries need is here\.\n$/);
});

test('doctor names what mends what is absent', async () => {
  const { code, stdout } = await ducktopics(['doctor'], { env: { DUCKTOPICS_CACHE: '/nonexistent/cache' } });
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}absent {3}mail corpus: no \/nonexistent\/cache\/.*\n +.*npm run demo$/m);
});

test('doctor counts native functions as the extension lists them', async () => {
  await using db = await open();
  const [row] = await db.query<{ n: bigint }>('SELECT count(DISTINCT name) AS n FROM ducktopics_functions()');
  const { stdout } = await ducktopics(['doctor']);
  assert.match(stdout, new RegExp(`functions: ${row?.n} native,`));
  assert.doesNotMatch(stdout, / 0\.0 MiB/);
});

test('doctor tells who names topics and never shows the key', async () => {
  const none = { OPENAI_API_KEY: '', OPENAI_BASE_URL: '', DUCKTOPICS_PROVIDER: '', DUCKTOPICS_LABEL_MODEL: '' };
  const keywords = await ducktopics(['doctor'], { env: none });
  assert.match(keywords.stdout, /^ {2}absent {3}labels: keywords, no endpoint is configured\n +.*OPENAI_API_KEY/m);
  assert.match(keywords.stdout, /^ {2}\w+ +offline sentence encoder: /m);
  const env = {
    ...none,
    OPENAI_API_KEY: 'sk-secret',
    OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    DUCKTOPICS_LABEL_MODEL: 'm-1',
  };
  const { stdout } = await ducktopics(['doctor'], { env });
  assert.match(stdout, /^ {2}ok {7}labels: m-1 at http:\/\/127\.0\.0\.1:9\/v1, with a key$/m);
  assert.doesNotMatch(stdout, /sk-secret/);
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
