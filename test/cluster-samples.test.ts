import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DuckTopics, open } from '../src/index.ts';

async function withAssignments(threads: number, order: string): Promise<DuckTopics> {
  const db = await open(':memory:', { threads });
  await db.connection.run(`
    CREATE TABLE messages AS SELECT i AS id, 'text ' || i AS text FROM range(300000) AS t (i) ORDER BY ${order};
    CREATE TABLE assignments AS SELECT id, (id % 10)::INTEGER AS cluster_id FROM messages ORDER BY ${order}`);
  return db;
}

test('cluster_samples() draws the same messages with 1, 2 and 8 threads and in any order of the rows', async () => {
  const samples = new Set<string>();
  for (const threads of [1, 2, 8]) {
    for (const order of ['id', 'hash(id)', 'id DESC']) {
      await using db = await withAssignments(threads, order);
      const rows = await db.query("FROM cluster_samples('assignments', 'messages')");
      assert.equal(rows.length, 200);
      samples.add(JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? Number(value) : value)));
    }
  }
  assert.equal(samples.size, 1);
});

test('cluster_samples() draws uniformly from the ids of a cluster', async () => {
  await using db = await withAssignments(2, 'id');
  // Chi-square over the deciles of the ids, 9 degrees of freedom: above 27.9 once in a thousand samples.
  const [row] = await db.query<{ chi_square: number }>(`
    SELECT sum((n - 1000) ** 2 / 1000) AS chi_square
    FROM (SELECT id // 30000 AS decile, count(*) AS n FROM cluster_samples('assignments', 'messages', n := 1000) GROUP BY decile)`);
  assert.ok((row?.chi_square ?? Number.NaN) < 27.9, `chi-square ${row?.chi_square}`);
});

test('cluster_samples() draws independently for each seed', async () => {
  await using db = await withAssignments(2, 'id');
  // Of 10,000 of 300,000 messages, 333 are in another such sample by chance, with a standard deviation of 18.
  for (const seed of [0, 1, 2, 3, 1235, 4_000_000_000]) {
    const [row] = await db.query<{ n: bigint }>(`
      SELECT count(*) AS n
      FROM cluster_samples('assignments', 'messages', n := 1000, seed := 1234)
      JOIN cluster_samples('assignments', 'messages', n := 1000, seed := ${seed}) AS other USING (id)`);
    assert.ok(Math.abs(Number(row?.n) - 333) < 90, `${row?.n} in common with seed ${seed}`);
  }
});

test('cluster_samples() takes ids of any type', async () => {
  await using db = await open();
  for (const type of ['VARCHAR', 'UUID', 'TIMESTAMP', 'HUGEINT', 'STRUCT(a BIGINT)', 'BLOB']) {
    const id = {
      UUID: "('00000000-0000-0000-0000-' || lpad(i::VARCHAR, 12, '0'))::UUID",
      TIMESTAMP: 'make_timestamp(i)',
      'STRUCT(a BIGINT)': '{a: i}',
      BLOB: 'i::VARCHAR::BLOB',
    }[type];
    await db.connection.run(`
      CREATE OR REPLACE TABLE messages AS SELECT ${id ?? `i::${type}`} AS id, 'text' AS text, i % 2 AS cluster_id FROM range(100) AS t (i)`);
    const [row] = await db.query("SELECT count(DISTINCT id) AS n FROM cluster_samples('messages', 'messages', n := 5)");
    assert.deepEqual(row, { n: 10n }, type);
  }
});
