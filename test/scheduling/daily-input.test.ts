import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { open } from '../../src/index.ts';
import { ducktopics } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { daily } from './simulated-mail.ts';

const folder = temporaryFolder();
let databases = 0;

/** A database of 200 messages on four subjects, sent on two days, of which the first 120 are assigned as discover.sql does it. */
async function database(change = ''): Promise<string> {
  const file = join(folder, `${databases++}.duckdb`);
  await using db = await open(file);
  await db.connection.run(`
    CREATE TABLE messages AS
    SELECT i AS id, DATE '2026-03-01' + (i // 120)::INTEGER AS sent,
           [10 * (i % 4 = c)::INTEGER + (hash(i, c) % 1000) / 1000 FOR c IN range(4)]::FLOAT[] AS embedding
    FROM range(200) AS t (i);
    CREATE TABLE early AS FROM messages WHERE id < 120;
    CREATE TABLE topics AS FROM kmeans_train('early', k := 4);
    CREATE TABLE assignments AS FROM assign_clusters('early', 'topics');
    ${change}`);
  return file;
}

async function run(file: string, settings: Record<string, string> = {}) {
  const set = Object.entries({ as_of: '2026-03-02', ...settings }).flatMap(([k, v]) => ['--set', `${k}=${v}`]);
  return ducktopics(['run', daily, '--db', file, '--format', 'json', ...set]);
}

async function rows(file: string, sql: string) {
  await using db = await open(file, { readOnly: true });
  return await db.query(sql);
}

test('daily.sql without the tables of discover.sql names the script that makes them', async () => {
  const cases = [
    ['DROP TABLE topics', 'missing table: topics; make it with: ducktopics run sql/pipelines/discover.sql'],
    ['DROP TABLE assignments', 'missing table: assignments; make it with: ducktopics run sql/pipelines/discover.sql'],
    [
      'CREATE OR REPLACE TABLE assignments AS SELECT id, cluster_id FROM assignments',
      'invalid table assignments: expected the columns id, cluster_id, distance, margin, got id, cluster_id',
    ],
    [
      'DELETE FROM assignments',
      'invalid table assignments: expected messages that discover.sql has assigned, got none',
    ],
  ] as const;
  for (const [change, message] of cases) {
    const file = await database(change);
    const { code, stderr } = await run(file);
    assert.equal(code, 65);
    assert.ok(stderr.includes(message), stderr);
    assert.deepEqual(await rows(file, "FROM duckdb_tables() WHERE table_name = 'drift'"), []);
  }
});

test('daily.sql refuses an input that it writes, a column that is missing, and ids that are missing or come twice', async () => {
  const cases: [string, Record<string, string>, string][] = [
    ['', { input: 'assignments' }, 'invalid input: assignments is a table that this script makes'],
    ['', { input: 'main.topics' }, 'invalid input: main.topics is a table that this script makes'],
    ['', { day: 'sent_at' }, 'unknown column: sent_at; expected one of id, sent, embedding'],
    ['UPDATE messages SET id = 150 WHERE id = 160', {}, 'invalid id: expected unique values, got 150 twice'],
    ['UPDATE messages SET id = NULL WHERE id > 190', {}, 'invalid id: expected unique values, got NULL in 9 rows'],
  ];
  const file = await database();
  for (const [change, settings, message] of cases) {
    const changed = change === '' ? file : await database(change);
    const { code, stderr } = await run(changed, settings);
    assert.equal(code, 65);
    assert.ok(stderr.includes(message), stderr);
  }
  assert.deepEqual(await rows(file, 'SELECT count(*) AS n FROM assignments'), [{ n: 120n }]);
});

test('daily.sql takes names of columns, and gives messages without a day that of the run', async () => {
  const file = await database(
    'ALTER TABLE messages RENAME id TO "Message Id"; ALTER TABLE messages RENAME embedding TO v',
  );
  const { code, stderr, stdout } = await run(file, { id: 'Message Id', embedding: 'v' });
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), [
    {
      as_of: '2026-03-02',
      added: 80,
      late: 0,
      waiting: 0,
      retrain: false,
      reason: '80 messages in 7 days: too few to tell',
    },
  ]);
  assert.deepEqual(
    await rows(file, 'SELECT day::VARCHAR AS day, sum(size)::BIGINT AS n FROM topic_days GROUP BY day'),
    [{ day: '2026-03-02', n: 80n }],
  );
});

test('daily.sql leaves messages of later days, and dates those of the training', async () => {
  const file = await database();
  const at = async (as_of: string) => {
    const { code, stderr } = await run(file, { as_of, day: 'sent', min_messages: '20' });
    assert.equal(code, 0, stderr);
    return rows(
      file,
      "SELECT strftime(day, '%d') AS day, messages, round(distance_ratio, 1) AS ratio FROM drift ORDER BY 1",
    );
  };
  assert.deepEqual(await at('2026-03-01'), [{ day: '01', messages: 120n, ratio: 1 }]);
  assert.deepEqual(await at('2026-03-02'), [
    { day: '01', messages: 120n, ratio: 1 },
    { day: '02', messages: 80n, ratio: 1 },
  ]);
});

test('daily.sql lets messages without an embedding wait, also those that discover.sql has left out', async () => {
  const file = await database(`
    UPDATE messages SET embedding = NULL WHERE id IN (5, 150);
    UPDATE assignments SET cluster_id = NULL, distance = NULL, margin = NULL WHERE id = 5`);
  const waiting = async () => {
    const { code, stderr, stdout } = await run(file);
    assert.equal(code, 0, stderr);
    const [{ added, waiting }] = JSON.parse(stdout);
    return { added, waiting };
  };
  assert.deepEqual(await waiting(), { added: 79, waiting: 2 });
  {
    await using db = await open(file);
    await db.query('UPDATE messages SET embedding = [10, 0, 0, 0] WHERE embedding IS NULL');
  }
  assert.deepEqual(await waiting(), { added: 81, waiting: 0 });
  assert.deepEqual(
    await rows(file, 'SELECT count(*) AS n, count(DISTINCT id) AS ids, count(cluster_id) AS topics FROM assignments'),
    [{ n: 200n, ids: 200n, topics: 200n }],
  );
});

test('topic_baseline has the quantile of each topic, and that of all for a topic of fewer than 20 messages', async () => {
  const file = await database('DELETE FROM assignments WHERE cluster_id = 2 AND id > 40');
  const { code, stderr } = await run(file, { input: 'early', far_quantile: '0.8' });
  assert.equal(code, 0, stderr);
  const [row] = await rows(
    file,
    `SELECT count(*) AS n,
            bool_and(abs(far_distance - quantile) < 0.05) FILTER (cluster_id <> 2) AS own,
            bool_and(far_distance = (SELECT far_distance FROM topic_baseline WHERE cluster_id IS NULL)) FILTER (cluster_id = 2) AS of_all
     FROM topic_baseline
     LEFT JOIN (SELECT cluster_id, quantile_cont(distance, 0.8) AS quantile FROM assignments WHERE assigned_on IS NULL GROUP BY ALL)
     USING (cluster_id)`,
  );
  assert.deepEqual(row, { n: 5n, own: true, of_all: true });
});
