import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { initSql, open } from '../../src/index.ts';
import { packageRoot } from '../../src/paths.ts';
import { runStatement } from '../../src/sql/run-statement.ts';
import { setVariable } from '../../src/sql/set-variable.ts';
import { splitStatements } from '../../src/sql/split-statements.ts';
import { ducktopics } from '../support/command.ts';
import { preparePython } from '../support/python.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const exec = promisify(execFile);
const python = await preparePython();
const folder = temporaryFolder();
const script = (name: string) => join(packageRoot, 'sql', 'pipelines', `${name}.sql`);

/** Messages on subjects that lie far apart, 30 each, ids from 0. */
const messages = (subjects: string) => `
  SELECT
    s * 30 + i AS id,
    'word' || s || ' and others' AS text,
    [(hash(s, c) % 1000) + (hash(s, i, c) % 100) / 100 FOR c IN range(4)]::FLOAT[] AS embedding,
    DATE '2026-03-01' + ((s * 30 + i) // 100)::INTEGER AS day
  FROM (SELECT unnest(${subjects}) AS s), range(30) AS t (i)`;

/** Runs a pipeline as the command does, in this process; throws its error. */
async function run(name: string, file: string, settings: Record<string, string | number> = {}): Promise<void> {
  await using db = await open(file);
  for (const [key, value] of Object.entries(settings)) await setVariable(db.connection, key, String(value));
  for await (const statement of splitStatements(db.connection, await readFile(script(name), 'utf8'))) {
    await (await runStatement(db.connection, statement)).getRowsJS();
  }
}

async function database(name: string, statements: string): Promise<string> {
  const file = join(folder, `${name}.duckdb`);
  await using db = await open(file);
  await db.connection.run(statements);
  return file;
}

/** Runs a statement and gives its rows. */
async function ask<Row extends object>(file: string, sql: string): Promise<Row[]> {
  await using db = await open(file);
  return await db.query<Row>(sql);
}

test('retrain.sql keeps every id where nothing has changed, and ends with an overview', async () => {
  const file = await database('same', `CREATE TABLE messages AS ${messages('range(6)')}`);
  await run('discover', file, { k: 6 });
  const tables = ['topics', 'assignments', 'topic_keywords'];
  const all = (table: string) => ask(file, `FROM ${table} ORDER BY ALL`);
  const before = await Promise.all([all('topics'), all('assignments'), all('topic_keywords')]);
  const { code, stdout, stderr } = await ducktopics(['run', script('retrain'), '--db', file, '--format', 'json']);
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), [
    { event: 'kept', topics: 6, messages_that_stayed: 180, messages: 180, largest: [0, 1, 2, 3, 4, 5] },
  ]);
  for (const [at, table] of tables.entries()) assert.deepEqual(await all(table), before[at], table);
  assert.deepEqual(
    await ask(
      file,
      'SELECT DISTINCT event, relabel, as_of > now()::TIMESTAMP - INTERVAL 2 DAY AS is_now FROM topic_lineage',
    ),
    [{ event: 'kept', relabel: false, is_now: true }],
  );
});

test('retrain.sql never gives an id again, over births and deaths', async () => {
  const file = await database('ids', `CREATE TABLE messages AS ${messages('range(6)')}`);
  await run('discover', file, { k: 6 });
  // The subject that each id was ever used for.
  const subjects = new Map<number, bigint>();
  const remember = async () => {
    for (const { cluster_id, subject, n } of await ask<{ cluster_id: number; subject: bigint; n: bigint }>(
      file,
      'SELECT cluster_id, any_value(id // 30) AS subject, count(DISTINCT id // 30) AS n FROM assignments GROUP BY cluster_id',
    )) {
      assert.equal(n, 1n);
      assert.equal(subjects.get(cluster_id) ?? subject, subject, `topic ${cluster_id}`);
      subjects.set(cluster_id, subject);
    }
  };
  await remember();
  // The topic with the highest id dies first: the next to be born must not get that id.
  const [highest] = await ask<{ subject: bigint }>(
    file,
    'SELECT id // 30 AS subject FROM assignments ORDER BY cluster_id DESC LIMIT 1',
  );
  const left = [0, 1, 2, 3, 4, 5].filter((subject) => BigInt(subject) !== highest?.subject);
  for (const [at, list] of [
    left,
    [...left, 7],
    [...left.slice(1), 7, 8],
    [...left.slice(2), 8, 9, 10],
    [...left, 7, 9],
  ].entries()) {
    await ask(file, `CREATE OR REPLACE TABLE messages AS ${messages(`[${list}]`)}`);
    await run('retrain', file, { k: list.length, as_of: `2026-03-0${at + 1}` });
    await remember();
  }
  const born = await ask<{ cluster_id: number }>(
    file,
    "SELECT cluster_id FROM topic_lineage WHERE event = 'new' ORDER BY ALL",
  );
  assert.deepEqual(
    born.map(({ cluster_id }) => cluster_id),
    Array.from({ length: born.length }, (_, i) => 6 + i),
  );
  const [row] = await ask<{ ids: bigint; events: bigint }>(
    file,
    `SELECT (SELECT count(DISTINCT cluster_id) FROM topic_lineage) AS ids,
       (SELECT count(*) FROM topic_lineage WHERE event NOT IN ('kept', 'new', 'retired')) AS events`,
  );
  assert.equal(row?.ids, BigInt(subjects.size));
  assert.equal(row.events, 0n);
});

test('retrain.sql changes nothing where it fails', async () => {
  const file = await database('failing', `CREATE TABLE messages AS ${messages('range(4)')}`);
  await run('discover', file, { k: 4 });
  await run('retrain', file, { as_of: '2026-03-01' });
  const state = () =>
    ask(
      file,
      'SELECT (SELECT md5(list(t ORDER BY t)::VARCHAR) FROM topics AS t) AS topics, (SELECT md5(list(a ORDER BY a)::VARCHAR) FROM assignments AS a) AS assignments, (SELECT md5(list(l ORDER BY l)::VARCHAR) FROM topic_lineage AS l) AS lineage',
    );
  const before = await state();
  await ask(file, `CREATE TABLE twice AS FROM messages UNION ALL (FROM messages LIMIT 1)`);
  await ask(file, `CREATE TABLE wide AS SELECT id, text, [1, 2]::FLOAT[] AS embedding FROM messages`);
  await ask(file, `CREATE TABLE none AS FROM messages LIMIT 0`);
  for (const [settings, message] of [
    [{ input: 'twice' }, /invalid id: expected unique values, got 0 twice/],
    [{ input: 'wide' }, /kmeans_step: expected 4 dimensions, got 2/],
    [{ input: 'none' }, /kmeans_retrain: expected at least 1 row in none, got 0/],
    [{ input: 'nowhere' }, /Table with name nowhere does not exist/],
    [{ input: 'Topic_Lineage' }, /invalid input: Topic_Lineage is a table that this script makes/],
    [{ text: 'body' }, /unknown column: body; expected one of id, text, embedding, day/],
    [{ start: 'old' }, /invalid start: old; expected topics or fresh/],
    [{ k: 0 }, /kmeans_retrain: expected k >= 1, got 0/],
    [{ start: 'fresh', k: 500 }, /kmeans: expected at least k = 500 rows, got 120/],
    [{ as_of: 'yesterday' }, /invalid timestamp field format: "yesterday"/],
  ] as [Record<string, string>, RegExp][]) {
    await assert.rejects(run('retrain', file, settings), { message });
    assert.deepEqual(await state(), before, String(message));
  }
});

test('retrain.sql says what is missing where nothing was discovered', async () => {
  const file = await database('empty', `CREATE TABLE messages AS ${messages('range(2)')}`);
  await assert.rejects(run('retrain', file), {
    message: /missing table: topics; make it with: ducktopics run sql\/pipelines\/discover.sql/,
  });
});

test('retrain.sql follows messages without an embedding to the topic that they get later', async () => {
  const file = await database(
    'holes',
    `CREATE TABLE messages AS ${messages('range(3)')}; UPDATE messages SET embedding = NULL WHERE id % 30 >= 20`,
  );
  await run('discover', file, { k: 3 });
  await run('retrain', file);
  assert.deepEqual(await ask(file, 'SELECT count(*) AS n, count(cluster_id) AS assigned FROM assignments'), [
    { n: 90n, assigned: 60n },
  ]);
  await ask(file, `CREATE OR REPLACE TABLE messages AS ${messages('range(3)')}`);
  await run('retrain', file);
  assert.deepEqual(
    await ask(
      file,
      'SELECT count(*) AS n, count(cluster_id) AS assigned, count(DISTINCT (cluster_id, id // 30)) AS pairs FROM assignments',
    ),
    [{ n: 90n, assigned: 90n, pairs: 3n }],
  );
  assert.deepEqual(await ask(file, 'SELECT event, count(*) AS n FROM topic_lineage GROUP BY event'), [
    { event: 'kept', n: 6n },
  ]);
});

test('daily.sql goes on from what retrain.sql made', async () => {
  const file = await database(
    'daily',
    `CREATE TABLE messages AS ${messages('range(5)')}; CREATE VIEW march AS FROM messages WHERE day <= '2026-03-01'`,
  );
  await run('discover', file, { input: 'march', k: 4 });
  const daily = (as_of: string) => run('daily', file, { day: 'day', as_of });
  await daily('2026-03-01');
  await run('retrain', file, { k: 5, as_of: '2026-03-01' });
  await daily('2026-03-02');
  await daily('2026-03-02');
  assert.deepEqual(
    await ask(
      file,
      'SELECT count(*) AS n, count(DISTINCT id) AS ids, count(DISTINCT cluster_id) AS topics, count(DISTINCT (cluster_id, id // 30)) AS pairs FROM assignments',
    ),
    [{ n: 150n, ids: 150n, topics: 5n, pairs: 5n }],
  );
  assert.deepEqual(await ask(file, 'SELECT count(*) FILTER (cluster_id IS NOT NULL) AS topics FROM topic_baseline'), [
    { topics: 5n },
  ]);
});

test('retrain.sql runs in the stock duckdb shell', { skip: python.missing }, async () => {
  const file = await database('stock', `CREATE TABLE messages AS ${messages('range(4)')}`);
  const init = join(folder, 'init.sql');
  await writeFile(init, initSql());
  const { stdout } = await exec(join(dirname(python.path), 'duckdb'), [
    '-unsigned',
    '-init',
    init,
    '-csv',
    file,
    '-c',
    'SET VARIABLE k = 4',
    '-c',
    `.read ${script('discover')}`,
    '-c',
    `.read ${script('retrain')}`,
  ]);
  assert.match(stdout, /event,topics,messages_that_stayed,messages,largest\r?\nkept,4,120,120,"\[0, 1, 2, 3\]"/);
});

test('the recipe of docs/stable-topics.md names only the topics that changed', async () => {
  const page = await readFile(join(packageRoot, 'docs', 'stable-topics.md'), 'utf8');
  const recipe = /```sql\n([^`]*INSERT INTO topic_labels[^`]*)```/.exec(page)?.[1];
  assert.ok(recipe);
  const file = await database('recipe', `CREATE TABLE messages AS ${messages('range(5)')}`);
  await run('discover', file, { k: 5 });
  await run('label', file);
  await ask(file, "UPDATE topic_labels SET label = 'kept ' || cluster_id");
  // Names what changed, and says which topics were named; all others must have kept their names.
  const named = async () => {
    {
      await using db = await open(file);
      await db.connection.run(recipe);
    }
    const labels = await ask<{ cluster_id: number; label: string; status: string }>(
      file,
      'SELECT cluster_id, label, status FROM topics LEFT JOIN topic_labels USING (cluster_id) ORDER BY cluster_id',
    );
    assert.equal(labels.length, 5);
    assert.deepEqual(await ask(file, 'SELECT count(*) AS n FROM topic_labels'), [{ n: 5n }]);
    for (const { status } of labels) assert.equal(status, 'done');
    const changed = labels.filter(({ cluster_id, label }) => label !== `kept ${cluster_id}`);
    for (const { label } of changed) assert.match(label, /^word/);
    await ask(file, "UPDATE topic_labels SET label = 'kept ' || cluster_id");
    return changed.map(({ cluster_id }) => cluster_id);
  };
  await ask(file, `CREATE OR REPLACE TABLE messages AS ${messages('[1, 2, 3, 4, 8]')}`);
  await run('retrain', file);
  assert.deepEqual(await named(), [5]);
  assert.deepEqual(await named(), []);
  // A topic moves, and only the next training but one is followed by naming.
  const [moving] = await ask<{ cluster_id: number }>(file, 'SELECT cluster_id FROM assignments WHERE id // 30 = 4');
  await ask(file, 'UPDATE messages SET embedding = [c + 150 FOR c IN embedding] WHERE id // 30 = 4');
  await run('retrain', file);
  assert.deepEqual(await ask(file, 'SELECT cluster_id, event FROM topic_lineage WHERE relabel ORDER BY as_of'), [
    { cluster_id: 5, event: 'new' },
    { cluster_id: moving?.cluster_id, event: 'moved' },
  ]);
  await run('retrain', file);
  assert.deepEqual(await named(), [moving?.cluster_id]);
  assert.deepEqual(await named(), []);
});
