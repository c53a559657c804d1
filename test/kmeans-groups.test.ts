import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../src/index.ts';

const vectors = `
  CREATE TABLE vectors AS
  SELECT id, (id % 7)::INTEGER AS tenant, embedding::FLOAT[] AS embedding
  FROM synthetic_embeddings(30000, 12, clusters := 9)`;

for (const threads of [1, 2, 8]) {
  test(`kmeans() trains each group as if alone, bit for bit, with ${threads} threads`, async () => {
    await using db = await open(':memory:', { threads });
    await db.connection.run(vectors);
    const [row] = await db.query(`
      SELECT count(*) AS groups, count(*) FILTER (grouped.centroids = alone.centroids) AS same
      FROM (SELECT tenant, kmeans(embedding, 20, 5, 7, 100) AS centroids FROM vectors GROUP BY tenant) AS grouped
      JOIN (
        ${Array.from(
          { length: 7 },
          (_, tenant) =>
            `SELECT ${tenant} AS tenant, kmeans(embedding, 20, 5, 7, 100) AS centroids FROM vectors WHERE tenant = ${tenant}`,
        ).join(' UNION ALL ')}
      ) AS alone USING (tenant)`);
    assert.deepEqual(row, { groups: 7n, same: 7n });
  });
}

test('kmeans_train() gives the same centroids, bit for bit, with 1, 2 and 8 threads and in any order of the rows', async () => {
  const models = new Set<string>();
  for (const threads of [1, 2, 8]) {
    await using db = await open(':memory:', { threads });
    await db.connection.run(vectors);
    await db.connection.run('CREATE TABLE shuffled AS FROM vectors ORDER BY hash(id)');
    for (const table of ['vectors', 'shuffled']) {
      const rows = await db.query(
        `FROM kmeans_train('${table}', k := 30, max_points_per_centroid := 50) ORDER BY cluster_id`,
      );
      models.add(JSON.stringify(rows.map(({ centroid }) => centroid)));
    }
  }
  assert.equal(models.size, 1);
});

test('kmeans_train(passes := 3) ends with a smaller objective over all rows', async () => {
  await using db = await open();
  await db.connection.run(vectors);
  const objective = async (passes: number) => {
    const [row] = await db.query<{ sum: number }>(
      `WITH model AS (FROM kmeans_train('vectors', k := 30, max_points_per_centroid := 40, passes := ${passes}))
       SELECT sum(distance::DOUBLE) AS sum FROM assign_clusters('vectors', 'model')`,
    );
    return row?.sum ?? Number.NaN;
  };
  const [none, one, three] = [await objective(0), await objective(1), await objective(3)];
  assert.ok(one < none && three < one, `${none}, ${one}, ${three}`);
});
