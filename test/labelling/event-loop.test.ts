import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/paths.ts';
import { commandFile } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openWithInputs, optionsFor, startServer } from './labelling-fixture.ts';

const server = await startServer();

test('2,000 clusters are labelled at the limit of concurrency while the event loop turns, and memory stays flat', async () => {
  server.reset();
  server.delay = 20;
  await using db = await openWithInputs(2000, optionsFor(server, { concurrency: 16 }));
  // What a progress bar does: a timer that draws. It also reads DuckDB's progress.
  let ticks = 0;
  let longest = 0;
  let last = performance.now();
  const heap: number[] = [];
  const bar = setInterval(() => {
    ticks++;
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    assert.ok(db.connection.progress.percentage <= 100);
    if (ticks % 10 === 0) heap.push(process.memoryUsage().rss);
  }, 10);
  const start = performance.now();
  await db.query('CREATE TABLE labels AS SELECT cluster_id, label_cluster(texts, contrast) AS label FROM inputs');
  const elapsed = performance.now() - start;
  clearInterval(bar);
  assert.deepEqual(await db.query("SELECT count(*) AS n FROM labels WHERE label = 'About alpha' || cluster_id"), [
    { n: 2000n },
  ]);
  assert.equal(server.requests.length, 2000);
  assert.equal(server.mostUnderWay, 16);
  // A frozen loop ticks once or twice; this one drew throughout, in this process, which is also the server.
  assert.ok(ticks > elapsed / 100, `${ticks} ticks in ${elapsed} ms, the longest pause ${longest} ms`);
  const middle = heap.slice(heap.length / 4, heap.length / 2);
  const end = heap.slice(-middle.length);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(mean(end) - mean(middle) < 60e6, `${mean(middle)} bytes in the first half, ${mean(end)} at the end`);
});

test('Ctrl-C ends `ducktopics query` while it labels, with the exit code of an interrupt', async () => {
  server.reset();
  server.fault = () => (server.requests.length < 20 ? undefined : { kind: 'hang' });
  const cache = temporaryFolder();
  const file = join(cache, 'labels.duckdb');
  const env = {
    ...process.env,
    OPENAI_API_KEY: server.apiKey,
    OPENAI_BASE_URL: server.baseURL,
    DUCKTOPICS_CACHE: cache,
  };
  const sql = "CREATE TABLE labels AS SELECT range AS id, label_cluster(['alpha' || range]) AS label FROM range(100)";
  const child = spawn(process.execPath, [commandFile, 'query', sql, '--db', file], { cwd: packageRoot, env });
  const exited = once(child, 'exit');
  while (server.requests.length < 22 && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill('SIGINT');
  assert.deepEqual(await exited, [130, null]);
  server.fault = () => undefined;
  const before = server.requests.length;
  const again = spawn(process.execPath, [commandFile, 'query', sql, '--db', file], { cwd: packageRoot, env });
  assert.deepEqual(await once(again, 'exit'), [0, null]);
  assert.equal(server.requests.length - before, 80);
});

test('a program that does not close its database ends when its work is done', async () => {
  const program = `const { open } = await import(${JSON.stringify(join(packageRoot, 'src/index.ts'))});
    const db = await open(); await db.query("SELECT label_cluster(['a word'])");`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: packageRoot,
  });
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});
