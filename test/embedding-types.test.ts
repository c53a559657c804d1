import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../src/index.ts';

/** Every type of an embedding, as a cast of a list of whole numbers. */
const types = [
  'FLOAT[]',
  'FLOAT[4]',
  'DOUBLE[]',
  'DOUBLE[4]',
  'INTEGER[]',
  'BIGINT[4]',
  'SMALLINT[]',
  'DECIMAL(6, 2)[]',
  'DECIMAL(18, 4)[4]',
];

const db = await open();
await db.connection.run(
  'CREATE TABLE numbers AS SELECT i AS id, [i % 3 * 10, i % 7, i % 2, (i * i) % 11] AS v FROM range(500) AS t (i)',
);

/** What every function gives for embeddings and centroids of one type. */
async function answers(type: string) {
  await db.connection.run(`CREATE OR REPLACE TABLE typed AS SELECT id, v::${type} AS embedding FROM numbers`);
  await db.connection.run(`CREATE OR REPLACE TABLE model AS
    SELECT id % 3 AS cluster_id, v::${type} AS centroid FROM numbers WHERE id IN (10, 11, 12)`);
  const [row] = await db.query(`
    SELECT
      (SELECT list(nearest_centroid(embedding, 'model') ORDER BY id) FROM typed) AS nearest,
      (SELECT list(nearest_centroids(embedding, 'model', 2) ORDER BY id) FROM typed) AS list,
      (SELECT list(a ORDER BY id) FROM assign_clusters('typed', 'model') AS a) AS assigned,
      (SELECT list(k ORDER BY cluster_id) FROM kmeans_train('typed', k := 5, passes := 1) AS k) AS trained,
      (SELECT kmeans_step(embedding, (SELECT list(centroid ORDER BY cluster_id) FROM model)) FROM typed) AS step,
      (SELECT vector_mean(embedding) FROM typed) AS mean,
      (SELECT list(l2_normalize(embedding) ORDER BY id) FROM typed WHERE id BETWEEN 1 AND 100) AS unit`);
  return row;
}

const expected = await answers('FLOAT[]');

for (const type of types) {
  test(`functions and macros give the same for ${type} as for FLOAT[]`, async () => {
    assert.deepEqual(await answers(type), expected);
  });
}

test('functions take literals of whole numbers, decimals, doubles and a mix of them', async () => {
  const literals = ['[1, 2]', '[1.0, 2.0]', '[1, 2.0]', '[1e0, 2e0]', '[1::DOUBLE, 2::FLOAT]', 'array_value(1, 2)'];
  for (const literal of literals) {
    const [row] = await db.query(`
      SELECT
        nearest_centroid_index(${literal}, [${literal}, [9, 9]]) AS index,
        nearest_centroid_list(${literal}, [[4, 6], ${literal}::DOUBLE[]], 2) AS list,
        l2_normalize(${literal})[1] AS unit,
        vector_mean(${literal}) AS mean,
        kmeans(${literal}, 1) AS centroids,
        kmeans_step(${literal}, [[0, 0]]).objective AS objective`);
    assert.deepEqual(
      row,
      {
        index: 0,
        list: [
          { index: 1, distance: 0 },
          { index: 0, distance: 25 },
        ],
        unit: Math.fround(1 / Math.sqrt(5)),
        mean: [1, 2],
        centroids: [[1, 2]],
        objective: 5,
      },
      literal,
    );
  }
});
