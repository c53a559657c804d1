import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../src/index.ts';

const threadCounts = [1, 2, 8];

/** The only value that a query returns, with DuckDB running on this many threads. */
async function onlyValue(sql: string, threads: number): Promise<unknown> {
  await using db = await open(':memory:', { threads });
  const [row] = await db.query(sql);
  return Object.values(row ?? {})[0];
}

test('kmeans gives the same centroids to the bit at 1, 2 and 8 threads and in any order of the rows', async () => {
  const answers = new Set<unknown>();
  for (const threads of threadCounts) {
    for (const order of ['', 'ORDER BY id DESC', 'ORDER BY hash(id)']) {
      answers.add(
        await onlyValue(
          `SELECT kmeans(embedding, 30)::VARCHAR
           FROM (FROM synthetic_embeddings(60_000, 24, clusters := 12) ${order})`,
          threads,
        ),
      );
    }
  }
  assert.equal(answers.size, 1);
});

test('kmeans gives other centroids for another seed', async () => {
  const train = (seed: number) =>
    onlyValue(`SELECT kmeans(embedding, 30, 20, ${seed})::VARCHAR FROM synthetic_embeddings(20_000, 8)`, 2);
  assert.notEqual(await train(1), await train(2));
});

// With one point for each centroid FAISS returns the sample itself, so the first components tell which rows are in it.
for (const threads of threadCounts) {
  test(`the sample of kmeans is uniform over the rows at ${threads} threads`, async () => {
    await using db = await open(':memory:', { threads });
    for (const seed of [1, 2, 3, 4, 5]) {
      const rows = await db.query(
        `WITH sample AS (
           SELECT unnest(kmeans([id, 1], 5000, 1, ${seed}, 1)) AS point FROM range(200_000) AS messages(id)
         )
         SELECT point[1]::BIGINT // 20_000 AS decile, count(*) AS rows, count(DISTINCT point[1]) AS distinct_rows
         FROM sample GROUP BY decile`,
      );
      assert.equal(rows.length, 10);
      const chiSquare = rows.reduce((sum, row) => sum + (Number(row.rows) - 500) ** 2 / 500, 0);
      // 9 degrees of freedom: above 27.9 with probability 0.001.
      assert.ok(chiSquare < 27.9, `seed ${seed}: chi-square ${chiSquare}`);
      assert.equal(
        rows.reduce((sum, row) => sum + Number(row.distinct_rows), 0),
        5000,
      );
    }
  });
}

/** Five pieces that DuckDB spreads over its threads: 600,000 rows of 30,000 embeddings, some in far more rows than others. */
const repeated = `CREATE TABLE repeated AS
  SELECT id, (random_number * random_number // 40_000)::INTEGER AS place
  FROM (SELECT id, (hash(id) % 40_000)::BIGINT AS random_number FROM range(600_000) AS messages(id))`;

test('the sample of kmeans is the same at 1, 2 and 8 threads and in any order of rows that repeat, also when it is full many times over', async () => {
  const sizes = [17, 700, 60_000];
  const answers = new Set<string>();
  for (const threads of threadCounts) {
    await using db = await open(':memory:', { threads });
    await db.connection.run(repeated);
    for (const rows of ['repeated', '(FROM repeated ORDER BY id DESC)', '(FROM repeated ORDER BY place)']) {
      const trained = sizes.map((size) => `kmeans([place, 1], 1, 2, 5, ${size})`);
      const samples = sizes.map((size) => `kmeans([place, 1], ${Math.min(size, 2000)}, 1, 5, 1)`);
      const [row] = await db.query(`SELECT md5([${[...trained, ...samples]}]::VARCHAR) AS answer FROM ${rows}`);
      answers.add(String(row?.answer));
    }
  }
  assert.equal(answers.size, 1);
});

test('a small sample of kmeans is the start of a larger one', async () => {
  await using db = await open(':memory:', { threads: 8 });
  await db.connection.run(repeated);
  for (const size of [1, 16, 17, 1000, 4999]) {
    const [row] = await db.query(
      `SELECT kmeans([place, 1], ${size}, 1, 5, 1) = kmeans([place, 1], 5000, 1, 5, 1)[:${size}] AS same FROM repeated`,
    );
    assert.deepEqual(row, { same: true }, `${size}`);
  }
});

test('the sample of kmeans has every row of each embedding in it, from all threads', async () => {
  for (const threads of threadCounts) {
    await using db = await open(':memory:', { threads });
    await db.connection.run(repeated);
    for (const size of [10, 1000, 5000, 100_000]) {
      // A single centroid is the mean of the sample, weighted by the rows; 100,000 are more than there are embeddings.
      const [row] = await db.query<{ centroid: number; mean: number }>(
        `WITH sample AS (
           SELECT ${size > 5000 ? 'DISTINCT place' : `unnest(kmeans([place, 1], ${size}, 1, 5, 1))[1]::INTEGER AS place`} FROM repeated
         )
         SELECT (SELECT kmeans([place, 1], 1, 1, 5, ${size})[1][1] FROM repeated) AS centroid, avg(place) AS mean
         FROM repeated SEMI JOIN sample USING (place)`,
      );
      assert.ok(
        row && Math.abs(row.centroid / row.mean - 1) < 1e-4,
        `${threads}, ${size}: ${row?.centroid}, ${row?.mean}`,
      );
    }
  }
});

test('kmeans weights a repeated embedding by its rows', async () => {
  // Two places, 0 and 10, one with nine times the rows: a single centroid is their weighted mean.
  const centroid = await onlyValue(
    `SELECT kmeans([CASE WHEN id % 10 = 0 THEN 10 ELSE 0 END], 1)[1][1] FROM range(1000) AS messages(id)`,
    2,
  );
  assert.ok(Math.abs(Number(centroid) - 1) < 1e-6, `${centroid}`);
});

test('kmeans with GROUP BY trains each group as if it were alone', async () => {
  await using db = await open(':memory:', { threads: 2 });
  const rows = await db.query(
    `WITH messages AS (SELECT id % 3 AS tenant, embedding FROM synthetic_embeddings(30_000, 12, clusters := 9)),
     grouped AS (SELECT tenant, kmeans(embedding, 7)::VARCHAR AS centroids FROM messages GROUP BY tenant)
     SELECT centroids = (SELECT kmeans(embedding, 7)::VARCHAR FROM messages WHERE tenant = 1) AS same
     FROM grouped WHERE tenant = 1`,
  );
  assert.deepEqual(rows, [{ same: true }]);
});
