import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { open } from '../src/index.ts';
import { packageRoot } from '../src/paths.ts';
import { commandFile, ducktopics } from './support/command.ts';

const database = join(packageRoot, 'build', 'demo.duckdb');

test('demo --json prints one object whose figures are those of the tables', async () => {
  const { code, stdout } = await ducktopics(['demo', '--json']);
  assert.equal(code, 0);
  const { seconds, ...figures } = JSON.parse(stdout);
  assert.ok(seconds > 0);
  assert.deepEqual(Object.keys(figures), ['messages', 'topics', 'assigned', 'objective', 'largest_share']);
  assert.equal(figures.messages, 6046);
  assert.equal(figures.topics, 40);
  assert.equal(figures.assigned, 6046);
  await using db = await open(database, { readOnly: true });
  // Distances anew, in plain SQL.
  const [row] = await db.query<{ objective: number; largest: number }>(
    `SELECT
       sum((list_sum(list_transform(list_zip(embedding, centroid), pair -> (pair[1]::DOUBLE - pair[2]) ** 2)))) AS objective,
       (SELECT max(n) / sum(n) FROM (SELECT count(*) AS n FROM assignments GROUP BY cluster_id)) AS largest
     FROM messages JOIN assignments USING (id) JOIN topics USING (cluster_id)`,
  );
  assert.ok(row !== undefined);
  assert.ok(Math.abs(figures.objective / row.objective - 1) < 1e-4, `${figures.objective} and ${row.objective}`);
  assert.ok(Math.abs(figures.largest_share - row.largest) < 1e-9);
  assert.ok(figures.largest_share < 0.25);
});

test('demo prints every topic, and queries to try next that run', async () => {
  const { code, stdout } = await ducktopics(['demo'], { env: { COLUMNS: '160' } });
  assert.equal(code, 0);
  const rows = stdout.split('\n').filter((line) => /^│ +\d+ │ +\d+ │ +[\d.]+ % +│ \S/.test(line));
  assert.equal(rows.length, 40);
  const run = promisify(execFile);
  const queries = [...stdout.matchAll(/npx ducktopics query "(.*)" --db (\S+)/g)];
  assert.ok(queries.length >= 2);
  for (const [, sql = '', file = ''] of queries) {
    const { stdout: result } = await run(process.execPath, [commandFile, 'query', sql, '--db', file], {
      cwd: packageRoot,
    });
    assert.match(result, /^┌/);
  }
  assert.match(stdout, /duckdb -unsigned -init build\/ducktopics\.sql build\/demo\.duckdb\n$/);
});
