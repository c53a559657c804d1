import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { open } from '../../src/index.ts';
import { packageRoot } from '../../src/paths.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openWithInputs, optionsFor, startServer } from './labelling-fixture.ts';

const server = await startServer();
const jobFile = fileURLToPath(new URL('label-job.ts', import.meta.url));

/** A process of its own that labels `clusters` clusters into the database. */
function startJob(cache: string, db: string, clusters: number) {
  return spawn(process.execPath, ['--import', 'tsx', jobFile, db, String(clusters)], {
    cwd: packageRoot,
    env: {
      ...process.env,
      OPENAI_API_KEY: server.apiKey,
      OPENAI_BASE_URL: server.baseURL,
      DUCKTOPICS_LABEL_MODEL: 'test-model',
      DUCKTOPICS_CACHE: cache,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

function answersIn(cache: string): string[] {
  if (!existsSync(join(cache, 'answers'))) return [];
  return readdirSync(join(cache, 'answers'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /[0-9a-f]{64}\.json$/.test(name))
    .map((name) => readFileSync(join(cache, 'answers', name), 'utf8'));
}

test('label_cache() shows each answer, and label_cache_clear() removes them', async () => {
  server.reset();
  await using db = await openWithInputs(3, optionsFor(server));
  await db.query('SELECT label_cluster(texts) FROM inputs');
  await db.query("SELECT embed_text('a text')");
  assert.deepEqual(
    await db.query(`SELECT task, model, prompt_version, answer->>'label' AS label, len(sample->'texts') > 0 AS sampled,
                           prompt_tokens > 0 AS counted, usd FROM label_cache() ORDER BY task DESC, label LIMIT 2`),
    [0, 1].map((id) => ({
      task: 'label_cluster',
      model: 'test-model',
      prompt_version: 1,
      label: `About alpha${id}`,
      sampled: true,
      counted: true,
      usd: null,
    })),
  );
  assert.deepEqual(await db.query('SELECT label_cache_clear() AS removed'), [{ removed: 4n }]);
  assert.deepEqual(await db.query('FROM label_cache()'), []);
  assert.deepEqual(await db.query('SELECT count(*) AS n FROM label_usage()'), [{ n: 4n }]);
  await db.query('SELECT label_cluster(texts) FROM inputs');
  assert.equal(server.requests.length, 7);
});

test('another model, other parameters or another sample is another question', async () => {
  server.reset();
  const options = optionsFor(server);
  const label = async (changes: object, sql: string) => {
    await using db = await open(':memory:', { labelling: { ...options, ...changes } });
    await db.query(sql);
  };
  await label({}, "SELECT label_cluster(['a word'])");
  await label({}, "SELECT label_cluster(['a word'])");
  await label({ concurrency: 1, retries: 1 }, "SELECT label_cluster(['a word'])");
  assert.equal(server.requests.length, 1);
  await label({ model: 'other' }, "SELECT label_cluster(['a word'])");
  await label({ parameters: { temperature: 0.5 } }, "SELECT label_cluster(['a word'])");
  await label({}, "SELECT label_cluster(['a word'], ['contrast'])");
  assert.equal(server.requests.length, 4);
});

test('a spoiled file in the cache is asked for again', async () => {
  server.reset();
  const options = optionsFor(server);
  await using db = await openWithInputs(1, options);
  await db.query('SELECT label_cluster(texts) FROM inputs');
  const folder = join(options.cache as string, 'answers');
  const [name] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\w{64}\.json$/.test(file),
  );
  writeFileSync(join(folder, name as string), '{"answer": {"label": 1}}');
  assert.deepEqual(await db.query('SELECT label_cluster(texts) AS label FROM inputs'), [{ label: 'About alpha0' }]);
  assert.equal(server.requests.length, 2);
});

test('processes that run at the same time ask each question once between them', async () => {
  server.reset();
  server.delay = 10;
  const cache = temporaryFolder();
  const jobs = ['a', 'b', 'c'].map((name) => startJob(cache, join(cache, `${name}.duckdb`), 60));
  const codes = await Promise.all(jobs.map(async (job) => (await once(job, 'exit'))[0]));
  assert.deepEqual(codes, [0, 0, 0]);
  assert.equal(server.counts.size, 60);
  assert.deepEqual(new Set(server.counts.values()), new Set([1]));
});

test('killed with SIGKILL at 10 random moments, a re-run completes and asks only for what is missing', async () => {
  server.reset();
  server.delay = 15;
  const clusters = 600;
  const concurrency = 8;
  const cache = temporaryFolder();
  const file = join(cache, 'labels.duckdb');
  for (let kill = 0; kill < 10; kill++) {
    const before = server.requests.length;
    const known = new Set(answersIn(cache));
    const job = startJob(cache, file, clusters);
    const exited = once(job, 'exit');
    const moment = before + Math.floor(Math.random() * 25);
    while (server.requests.length <= moment && job.exitCode === null) await new Promise((r) => setTimeout(r, 1));
    await new Promise((r) => setTimeout(r, Math.random() * 15));
    job.kill('SIGKILL');
    assert.equal((await exited)[1], 'SIGKILL');
    for (const answer of known) assert.ok(answersIn(cache).includes(answer), 'an answer was lost');
  }
  const answered = answersIn(cache).length;
  const before = server.requests.length;
  const prompts = server.counts.size;
  // Each kill can lose no more than what was under way.
  assert.ok(before - answered <= 10 * concurrency, `${before} requests for ${answered} answers`);
  const [code] = await once(startJob(cache, file, clusters), 'exit');
  assert.equal(code, 0);
  assert.ok(answered > 0 && prompts > 0);
  assert.equal(server.requests.length - before, clusters - answered);
  assert.equal(server.counts.size, clusters);
  await using db = await open(file);
  const [row] = await db.query(
    "SELECT count(*) AS n, count(*) FILTER (label = 'About alpha' || cluster_id) AS named FROM labels",
  );
  assert.deepEqual(row, { n: BigInt(clusters), named: BigInt(clusters) });
});

test('open() works where the folder of the cache cannot be made; label_cache() and label_usage() say why they fail', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  const cache = join(file, 'cache');
  await using db = await open(':memory:', { labelling: { cache } });
  assert.deepEqual(await db.query('SELECT l2_normalize([3, 4])[1]::DOUBLE > 0.5 AS works'), [{ works: true }]);
  for (const name of ['label_cache', 'label_usage']) {
    await assert.rejects(
      db.query(`SELECT count(*) FROM ${name}()`),
      /cannot use the cache in \S+\/file\/cache: ENOTDIR: .*; name another folder with: DUCKTOPICS_CACHE/,
    );
  }
});
