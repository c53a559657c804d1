import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../src/index.ts';

// A model of 512 KB beside 20,000 small messages: were it copied for each row, a query would take 10 GB.
const [n, k, d] = [20_000, 2000, 64];
const db = await open(':memory:', { threads: 2, memoryLimit: '1GB', config: { temp_directory: '' } });
await db.connection.run(`
  CREATE TABLE messages AS SELECT id, (id % 50)::INTEGER AS tenant, embedding::FLOAT[] AS embedding FROM synthetic_embeddings(${n}, ${d});
  CREATE TABLE topics AS SELECT (id * 3)::INTEGER AS cluster_id, embedding::FLOAT[] AS centroid FROM synthetic_embeddings(${k}, ${d}, seed := 5);
  CREATE TABLE tenants AS SELECT range::INTEGER AS tenant, 'tenant ' || range AS name FROM range(50);
  CREATE TABLE details AS SELECT range AS id, 'detail ' || range AS detail FROM range(${n});
  CREATE TABLE assignments AS FROM assign_clusters('messages', 'topics');
`);
const sum = Number((await db.query('SELECT sum(cluster_id) AS sum FROM assignments'))[0]?.sum);
const start = process.resourceUsage().maxRSS;

const queries: Record<string, string> = {
  'a plain scan': 'SELECT sum(nearest_centroid(embedding, $$topics$$)) AS sum FROM messages',
  'WHERE before the call':
    'SELECT sum(nearest_centroid(embedding, $$topics$$)) AS sum FROM messages WHERE id % 3 >= 0 AND tenant < 99',
  'WHERE on the call':
    'SELECT sum(cluster_id) AS sum FROM messages JOIN assignments USING (id) WHERE nearest_centroid(embedding, $$topics$$) = cluster_id',
  'a join with a small table':
    'SELECT sum(nearest_centroid(embedding, $$topics$$)) AS sum, max(name) FROM messages JOIN tenants USING (tenant)',
  'a join with a small table, the other way around':
    'SELECT sum(nearest_centroid(embedding, $$topics$$)) AS sum, max(name) FROM tenants JOIN messages USING (tenant)',
  'a join with a table as long':
    'SELECT sum(nearest_centroid(embedding, $$topics$$)) AS sum, max(detail) FROM messages JOIN details USING (id)',
  'a join with two tables':
    'SELECT sum(nearest_centroid(embedding, $$topics$$)) AS sum, max(name || detail) FROM messages JOIN tenants USING (tenant) JOIN details USING (id)',
  'a LEFT JOIN':
    'SELECT sum(nearest_centroid(embedding, $$topics$$)) AS sum, max(detail) FROM messages LEFT JOIN details USING (id)',
  'a RIGHT JOIN':
    'SELECT sum(nearest_centroid(embedding, $$topics$$)) AS sum, max(detail) FROM details RIGHT JOIN messages USING (id)',
  'a semi join':
    'SELECT sum(nearest_centroid(embedding, $$topics$$)) AS sum FROM messages WHERE id IN (SELECT id FROM details)',
  'ORDER BY and LIMIT':
    'SELECT sum(cluster_id) AS sum FROM (SELECT nearest_centroid(embedding, $$topics$$) AS cluster_id FROM messages ORDER BY hash(id) LIMIT 20000)',
  'ORDER BY the call':
    'SELECT sum(c) AS sum FROM (SELECT nearest_centroid(embedding, $$topics$$) AS c FROM messages ORDER BY c LIMIT 20000)',
  'GROUP BY the call':
    'SELECT sum(c * n) AS sum FROM (SELECT nearest_centroid(embedding, $$topics$$) AS c, count(*) AS n FROM messages GROUP BY c)',
  'GROUP BY something else':
    'SELECT sum(s) AS sum FROM (SELECT tenant, sum(nearest_centroid(embedding, $$topics$$)) AS s FROM messages GROUP BY tenant)',
  DISTINCT: 'SELECT sum(DISTINCT nearest_centroid(embedding, $$topics$$)) * 0 + $sum AS sum FROM messages',
  'the call twice':
    'SELECT sum(nearest_centroid(embedding, $$topics$$) + nearest_centroid(embedding, $$topics$$)) / 2 AS sum FROM messages',
  'a subquery in FROM':
    'SELECT sum(c) AS sum FROM (SELECT nearest_centroid(embedding, $$topics$$) AS c FROM (FROM messages WHERE id >= 0)) WHERE c >= 0',
  'a lateral join': 'SELECT sum(c) AS sum FROM messages, LATERAL (SELECT nearest_centroid(embedding, $$topics$$) AS c)',
  'a CASE':
    'SELECT sum(CASE WHEN tenant < 25 THEN nearest_centroid(embedding, $$topics$$) ELSE nearest_centroid(embedding, $$topics$$) END) AS sum FROM messages',
  'a UNION ALL':
    'SELECT sum(c) AS sum FROM (SELECT nearest_centroid(embedding, $$topics$$) AS c FROM messages WHERE tenant < 9 UNION ALL SELECT nearest_centroid(embedding, $$topics$$) FROM messages WHERE tenant >= 9)',
  'a window over a subquery':
    'SELECT sum(c) AS sum FROM (SELECT c, row_number() OVER (PARTITION BY c ORDER BY id) FROM (SELECT id, nearest_centroid(embedding, $$topics$$) AS c FROM messages))',
  'a join on the result of a subquery':
    'SELECT sum(cluster_id) AS sum FROM (SELECT *, nearest_centroid(embedding, $$topics$$) AS cluster_id FROM messages) JOIN topics USING (cluster_id)',
  'CREATE TABLE AS':
    'CREATE OR REPLACE TABLE made AS SELECT id, nearest_centroid(embedding, $$topics$$) AS c FROM messages; SELECT sum(c) AS sum FROM made',
  'UPDATE SET':
    'ALTER TABLE details ADD COLUMN c INTEGER; UPDATE details SET c = nearest_centroid(embedding, $$topics$$) FROM messages WHERE messages.id = details.id; SELECT sum(c) AS sum FROM details',
  'nearest_centroids()': 'SELECT sum(nearest_centroids(embedding, $$topics$$, 3)[1].cluster_id) AS sum FROM messages',
  'nearest_centroids() after a join':
    'SELECT sum(nearest_centroids(embedding, $$topics$$, 3)[1].cluster_id) AS sum, max(name) FROM messages JOIN tenants USING (tenant)',
  'assign_clusters()': 'SELECT sum(cluster_id) AS sum FROM assign_clusters($$messages$$, $$topics$$)',
  'assign_clusters() joined with the messages':
    'SELECT sum(cluster_id) AS sum, max(name) FROM assign_clusters($$messages$$, $$topics$$) JOIN messages USING (id) JOIN tenants USING (tenant)',
  'assign_clusters() of a view with a join':
    'CREATE VIEW joined AS SELECT id, embedding, name FROM messages JOIN tenants USING (tenant); SELECT sum(cluster_id) AS sum FROM assign_clusters($$joined$$, $$topics$$)',
};

for (const [name, sql] of Object.entries(queries)) {
  test(`the centroids stay one constant in ${name}`, async () => {
    const [row] = await db.query(sql.replaceAll('$sum', String(sum)));
    assert.equal(Number(row?.sum), sum);
    const grown = (process.resourceUsage().maxRSS - start) / 1024;
    assert.ok(grown < 400, `${Math.round(grown)} MB more`);
  });
}

test('kmeans_train() with passes carries the centroids as one constant', async () => {
  await db.connection.run(
    `FROM kmeans_train('messages', k := 500, niter := 1, max_points_per_centroid := 39, passes := 2)`,
  );
  const grown = (process.resourceUsage().maxRSS - start) / 1024;
  assert.ok(grown < 400, `${Math.round(grown)} MB more`);
});

test('kmeans_retrain() and kmeans_update() carry the centroids as one constant', async () => {
  await db.connection.run("FROM kmeans_retrain('messages', 'topics')");
  await db.connection.run(
    "WITH counted AS (SELECT *, 1 AS size FROM topics) SELECT sum(added) FROM kmeans_update('counted', 'messages')",
  );
  const grown = (process.resourceUsage().maxRSS - start) / 1024;
  assert.ok(grown < 400, `${Math.round(grown)} MB more`);
});
