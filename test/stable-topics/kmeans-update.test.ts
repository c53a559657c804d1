import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../../src/index.ts';

test('kmeans_update() over batches gives the exact means of all that each centroid was given', async () => {
  await using db = await open();
  await db.connection.run(`
    CREATE TABLE messages AS FROM synthetic_embeddings(20000, 24, clusters := 12, seed := 3);
    CREATE TABLE topics AS
    SELECT cluster_id * 10 + 3 AS cluster_id, centroid, size
    FROM kmeans_train('messages', k := 12, passes := 1)`);
  await db.connection.run(`
    CREATE TABLE sums AS
    SELECT cluster_id, size, [component::DOUBLE * size FOR component IN centroid] AS total FROM topics`);
  // Later rows lie elsewhere, so that the centroids move.
  for (let batch = 0; batch < 10; batch++) {
    await db.connection.run(`
      CREATE OR REPLACE TABLE batch AS
      SELECT id, [component + ${batch} / 10 FOR component IN embedding::FLOAT[]]::FLOAT[] AS embedding
      FROM messages WHERE id % 10 = ${batch}`);
    // What each centroid is given, and the exact sums: written out, without the macro.
    await db.connection.run(`
      CREATE OR REPLACE TABLE sums AS
      SELECT
        sums.cluster_id,
        sums.size + coalesce(given.n, 0) AS size,
        CASE WHEN given.n IS NULL THEN sums.total ELSE [pair[1] + pair[2] FOR pair IN list_zip(sums.total, given.total)] END AS total
      FROM sums
      LEFT JOIN (
        SELECT cluster_id, any_value(n) AS n, list(total ORDER BY place) AS total
        FROM (
          SELECT cluster_id, place, sum(component) AS total, count(*) AS n
          FROM (
            SELECT nearest_centroid(embedding, 'topics') AS cluster_id, unnest(embedding)::DOUBLE AS component, generate_subscripts(embedding, 1) AS place
            FROM batch
          )
          GROUP BY cluster_id, place
        )
        GROUP BY cluster_id
      ) AS given USING (cluster_id);
      CREATE OR REPLACE TABLE topics AS FROM kmeans_update('topics', 'batch')`);
  }
  const [row] = await db.query<{ n: bigint; sizes: boolean; worst: number; total: bigint }>(`
    SELECT
      count(*) AS n,
      bool_and(topics.size = sums.size) AS sizes,
      sum(topics.size) AS total,
      max(list_max([abs(pair[1] - pair[2] / sums.size) FOR pair IN list_zip(topics.centroid, sums.total)])) AS worst
    FROM topics JOIN sums USING (cluster_id)`);
  assert.equal(row?.n, 12n);
  assert.ok(row.sizes);
  assert.equal(Number(row.total), 40_000);
  // Single precision, rounded ten times.
  assert.ok(row.worst < 1e-5, `${row.worst}`);
});

test('kmeans_update() in batches of one row is the step of 1 / count', async () => {
  await using db = await open();
  await db.connection.run(`
    CREATE TABLE messages AS FROM synthetic_embeddings(60, 3, seed := 5);
    CREATE TABLE topics AS FROM kmeans_train('messages', k := 3, passes := 1)`);
  type Topic = { cluster_id: number; centroid: number[]; size: bigint };
  const topics = (await db.query<Topic>('FROM topics ORDER BY cluster_id')).map(({ centroid, size }) => ({
    centroid,
    size: Number(size),
  }));
  const rows = await db.query<{ embedding: number[] }>(
    'SELECT embedding::FLOAT[] AS embedding FROM messages ORDER BY id',
  );
  for (const [id, { embedding }] of rows.entries()) {
    await db.connection.run(`
      CREATE OR REPLACE VIEW one AS FROM messages WHERE id = ${id};
      CREATE OR REPLACE TABLE topics AS SELECT cluster_id, centroid, size FROM kmeans_update('topics', 'one')`);
    const distances = topics.map(({ centroid }) =>
      centroid.reduce((sum, c, i) => sum + (c - (embedding[i] as number)) ** 2, 0),
    );
    const nearest = topics[distances.indexOf(Math.min(...distances))];
    assert.ok(nearest);
    nearest.size++;
    nearest.centroid = nearest.centroid.map((c, i) => c + ((embedding[i] as number) - c) / nearest.size);
  }
  const updated = await db.query<Topic>('FROM topics ORDER BY cluster_id');
  assert.deepEqual(
    updated.map(({ size }) => Number(size)),
    topics.map(({ size }) => size),
  );
  assert.equal(
    topics.reduce((sum, { size }) => sum + size, 0),
    120,
  );
  for (const [at, { centroid }] of updated.entries()) {
    for (const [i, component] of centroid.entries()) {
      assert.ok(Math.abs(component - (topics[at]?.centroid[i] as number)) < 1e-5);
    }
  }
});
