import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../src/index.ts';

/** The mean squared distance of the rows to the nearest of k centroids that kmeans trains on them. */
async function objective(rows: string, k: number, niter: number, init: string): Promise<number> {
  await using db = await open();
  const [row] = await db.query<{ objective: number }>(
    `WITH rows AS MATERIALIZED (${rows})
     SELECT kmeans_step(embedding, (SELECT kmeans(embedding, ${k}, ${niter}, 1, 64, '${init}') FROM rows)).objective / count(*) AS objective
     FROM rows`,
  );
  return Number(row?.objective);
}

/** n rows of 12 components in 400 clusters whose noise is a hundredth of their distances. */
const farApart = (n: number) => `
  SELECT [(hash(hash(id % 400), c) % 1000)::FLOAT + (hash(hash(id), c + 20) % 10)::FLOAT FOR c IN range(12)] AS embedding
  FROM range(${n}) AS t (id)`;

test('kmeans from kmeans++ finds 400 clusters that are far apart, where random first centroids do not', async () => {
  const [start, random] = [
    await objective(farApart(40_000), 400, 5, 'kmeans++'),
    await objective(farApart(40_000), 400, 5, 'random'),
  ];
  // 99 is the objective of the clusters themselves: 12 components, each uniform over ten numbers.
  assert.ok(start < 0.2 * random, `${start} against ${random}`);
});

test('kmeans from kmeans++ is nearer to the end after one iteration than from random, where 400 clusters overlap', async () => {
  for (const rows of [
    'FROM synthetic_embeddings(30_000, 32)',
    'FROM synthetic_embeddings(30_000, 64, clusters := 400)',
  ]) {
    const [start, random] = [await objective(rows, 400, 1, 'kmeans++'), await objective(rows, 400, 2, 'random')];
    assert.ok(start < random, `${rows}: ${start} against ${random}`);
  }
});

test('kmeans with k = 300 gives the same centroids to the bit at 1, 2 and 8 threads', async () => {
  const before = process.env.DUCKTOPICS_THREADS;
  const answers = new Set<string>();
  for (const threads of [1, 2, 8]) {
    process.env.DUCKTOPICS_THREADS = String(threads);
    await using db = await open(':memory:', { threads });
    const [row] = await db.query<{ model: string }>(
      'SELECT kmeans(embedding, 300, 2)::VARCHAR AS model FROM synthetic_embeddings(30_000, 20, clusters := 40)',
    );
    answers.add(row?.model ?? '');
  }
  if (before === undefined) delete process.env.DUCKTOPICS_THREADS;
  else process.env.DUCKTOPICS_THREADS = before;
  assert.equal(answers.size, 1);
});

test('kmeans with k >= 256 takes distinct embeddings that are few, or alike', async () => {
  await using db = await open();
  const count = async (embedding: string, n: number, k: number) =>
    (await db.query(`SELECT len(list_distinct(kmeans(${embedding}, ${k}))) AS centroids FROM range(${n}) AS t (i)`))[0];
  assert.deepEqual(await count('[i]', 256, 256), { centroids: 256n });
  assert.deepEqual(await count('[i % 260, 1e10]', 2600, 260), { centroids: 260n });
  assert.deepEqual(await count('[1.0 + i * 1e-6]', 300, 256), { centroids: 256n });
  assert.equal(
    Number((await count('[CASE WHEN i < 290 THEN i * 1e-30 ELSE i END, 0]', 300, 256))?.centroids) > 1,
    true,
  );
});
