import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DuckTopics, open } from '../src/index.ts';
import { errorLine } from './support/error-line.ts';

/** One text for all numbers of a table. */
async function fingerprint(db: DuckTopics, call: string): Promise<string> {
  const [row] = await db.query<{ md5: string }>(
    `SELECT md5(string_agg(id || embedding::VARCHAR, ' ' ORDER BY id)) AS md5 FROM ${call}`,
  );
  return row?.md5 ?? '';
}

/** Mean, variance and so on of all components. */
async function moments(db: DuckTopics, call: string) {
  const [row] = await db.query<{ mean: number; variance: number; skewness: number; kurtosis: number; lag: number }>(
    `SELECT avg(x) AS mean, var_pop(x) AS variance, skewness(x) AS skewness, kurtosis_pop(x) AS kurtosis,
       corr(x, next) AS lag
     FROM (SELECT unnest(embedding::FLOAT[]) AS x, unnest((embedding::FLOAT[])[2:]) AS next FROM ${call})`,
  );
  return row as NonNullable<typeof row>;
}

/** The chi-square statistic of counts against what was expected of each. */
function chiSquare(counts: number[], expected: number[]): number {
  return counts.reduce((sum, count, i) => sum + (count - (expected[i] as number)) ** 2 / (expected[i] as number), 0);
}

function assertNear(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, expected ${expected} +- ${tolerance}`);
}

test('synthetic_embeddings(n, d) returns n rows (id BIGINT, embedding FLOAT[d])', async () => {
  await using db = await open();
  assert.deepEqual(await db.query('SELECT column_name, column_type FROM (DESCRIBE FROM synthetic_embeddings(5, 3))'), [
    { column_name: 'id', column_type: 'BIGINT' },
    { column_name: 'embedding', column_type: 'FLOAT[3]' },
  ]);
  for (const n of [0, 1, 2048, 5000]) {
    assert.deepEqual(await db.query(`SELECT count(*) AS n, max(id) AS last FROM synthetic_embeddings(${n}, 3)`), [
      { n: BigInt(n), last: n === 0 ? null : BigInt(n - 1) },
    ]);
  }
  const rows = await db.query<{ id: bigint }>('SELECT id FROM synthetic_embeddings(5000, 1)');
  assert.ok(rows.every((row, index) => row.id === BigInt(index)));
});

test('synthetic_embeddings(n, d) makes the numbers that it has always made', async () => {
  await using db = await open();
  assert.deepEqual(await db.query('FROM synthetic_embeddings(2, 3)'), [
    { id: 0n, embedding: [0.17853271961212158, 0.7674980163574219, 0.9343213438987732] },
    { id: 1n, embedding: [0.5639071464538574, 0.6382231712341309, 0.8496472835540771] },
  ]);
  assert.equal(await fingerprint(db, 'synthetic_embeddings(3000, 7)'), 'ab20b06d58963c854f856609aca0b76e');
  assert.equal(
    await fingerprint(db, 'synthetic_embeddings(3000, 7, clusters := 5, seed := 1)'),
    'd8ba245e524b4b14d5ee1066f4a1d38d',
  );
});

for (const arguments_ of ['20000, 6', '20000, 6, clusters := 4']) {
  test(`synthetic_embeddings(${arguments_}) makes the same rows at 1, 2 and 8 threads, and with more rows`, async () => {
    const fingerprints = new Set<string>();
    for (const threads of [1, 2, 8]) {
      await using db = await open(':memory:', { threads });
      fingerprints.add(await fingerprint(db, `synthetic_embeddings(${arguments_})`));
      const more = arguments_.replace('20000', '70000');
      fingerprints.add(await fingerprint(db, `(FROM synthetic_embeddings(${more}) WHERE id < 20000)`));
    }
    assert.equal(fingerprints.size, 1);
  });
}

test('synthetic_embeddings(n, d, seed := s) makes other numbers for each seed', async () => {
  await using db = await open();
  const fingerprints = new Set<string>();
  const seeds = ['0', '1', '-1', '1234', '9223372036854775807', '-9223372036854775808'];
  for (const clusters of [0, 3]) {
    for (const seed of seeds) {
      fingerprints.add(await fingerprint(db, `synthetic_embeddings(10, 3, seed := ${seed}, clusters := ${clusters})`));
    }
  }
  assert.equal(fingerprints.size, 2 * seeds.length);
  assert.equal(
    await fingerprint(db, 'synthetic_embeddings(10, 3, seed := 1234)'),
    await fingerprint(db, 'synthetic_embeddings(10, 3)'),
  );
});

test('synthetic_embeddings(n, d) is uniform in [0, 1) and its numbers are independent', async () => {
  await using db = await open();
  for (const d of [1, 2, 9]) {
    const call = `synthetic_embeddings(${Math.ceil(900_000 / d)}, ${d})`;
    const bins = await db.query<{ n: bigint }>(
      `SELECT count(*) AS n FROM (SELECT unnest(embedding::FLOAT[]) AS x FROM ${call})
       GROUP BY floor(x * 100) ORDER BY floor(x * 100)`,
    );
    assert.equal(bins.length, 100);
    // The 0.999 quantile of 99 degrees of freedom is 148; the numbers are the same in every run.
    assert.ok(
      chiSquare(
        bins.map((bin) => Number(bin.n)),
        Array(100).fill(9000),
      ) < 148,
    );
    const { mean, variance, lag } = await moments(db, call);
    assertNear(mean, 0.5, 0.001, 'mean');
    assertNear(variance, 1 / 12, 0.0005, 'variance');
    if (d > 1) assertNear(lag, 0, 0.004, 'correlation of neighbours in a row');
    const [row] = await db.query<{ ids: number }>(
      `SELECT corr(embedding[1], next) AS ids FROM (SELECT embedding, lead(embedding[1]) OVER (ORDER BY id) AS next FROM ${call})`,
    );
    assertNear(row?.ids ?? 1, 0, 0.012, 'correlation of neighbours in a column');
  }
});

test('synthetic_embeddings(n, d, clusters := 1) is one cluster of normal noise', async () => {
  await using db = await open();
  await db.connection.run(
    `CREATE TABLE noise AS SELECT unnest(list_transform(range(1, 6), c -> embedding[c] - centre[c])) AS x
     FROM (FROM synthetic_embeddings(200_000, 5, clusters := 1)),
       (SELECT vector_mean(embedding) AS centre FROM synthetic_embeddings(200_000, 5, clusters := 1))`,
  );
  const [row] = await db.query<{ variance: number; skewness: number; kurtosis: number }>(
    'SELECT var_pop(x) AS variance, skewness(x) AS skewness, kurtosis_pop(x) AS kurtosis FROM noise',
  );
  assertNear(row?.variance ?? 0, 1, 0.006, 'variance');
  assertNear(row?.skewness ?? 1, 0, 0.01, 'skewness');
  assertNear(row?.kurtosis ?? 0, 0, 0.02, 'excess kurtosis');
  // Bins of the whole curve, the tail beyond 3.65 deviations (which is made in another way) among them.
  const edges = [-3.7, -3.2, ...Array.from({ length: 61 }, (_, i) => (i - 30) / 10), 3.2, 3.7];
  const bins = await db.query<{ bin: bigint; n: bigint }>(
    `SELECT len(list_filter([${edges.join(', ')}], edge -> edge <= x)) AS bin, count(*) AS n FROM noise GROUP BY bin ORDER BY bin`,
  );
  assert.equal(bins.length, edges.length + 1);
  const below = [0, ...edges.map(normalBelow), 1];
  const expected = bins.map((_, i) => 1_000_000 * ((below[i + 1] as number) - (below[i] as number)));
  // The 0.999 quantile of 65 degrees of freedom is 106.
  assert.ok(
    chiSquare(
      bins.map((bin) => Number(bin.n)),
      expected,
    ) < 106,
  );
});

test('synthetic_embeddings(n, d, clusters := c) is c clusters that k-means finds, with weights as 1 / sqrt(j + 1)', async () => {
  await using db = await open();
  const [n, d, c] = [40_000, 24, 12];
  await db.connection.run(`CREATE TABLE vectors AS FROM synthetic_embeddings(${n}, ${d}, clusters := ${c})`);
  // The best of a few trainings: one alone may take two clusters for one.
  const [step] = await db.query<{ sizes: bigint[]; objective: number }>(
    `WITH trained AS (
       ${[1, 2, 3, 4, 5, 6].map((seed) => `SELECT kmeans(embedding, ${c}, 20, ${seed}) AS centroids FROM vectors`).join(' UNION ALL ')}
     ), steps AS (
       SELECT kmeans_step(embedding, centroids) AS step FROM vectors, trained GROUP BY centroids
     )
     SELECT unnest(step) FROM steps ORDER BY step.objective LIMIT 1`,
  );
  // The squared distance of a row to its centre is d on average.
  assertNear((step?.objective ?? 0) / n, d, 0.02 * d, 'objective of a row');
  const weights = Array.from({ length: c }, (_, j) => 1 / Math.sqrt(j + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sizes = (step?.sizes ?? []).map(Number).sort((a, b) => b - a);
  sizes.forEach((size, j) => {
    assertNear(size / n, (weights[j] as number) / total, 0.01, `share of cluster ${j}`);
  });
});

test('synthetic_embeddings(n, d) computes only the columns that are asked for', async () => {
  await using db = await open();
  // 400 TB of embeddings.
  assert.deepEqual(
    await db.query('SELECT count(*) AS n FROM (SELECT id FROM synthetic_embeddings(1_000_000_000_000, 100) LIMIT 5)'),
    [{ n: 5n }],
  );
  assert.deepEqual(await db.query('SELECT sum(id) AS sum FROM synthetic_embeddings(10_000_000, 99_999)'), [
    { sum: 49999995000000n },
  ]);
  assert.equal((await db.query('SELECT embedding FROM synthetic_embeddings(3, 2)')).length, 3);
});

test('synthetic_embeddings() rejects arguments out of range', async () => {
  await using db = await open();
  const error = (call: string) => errorLine(db.query(`FROM synthetic_embeddings(${call})`));
  assert.equal(await error('-1, 3'), 'synthetic_embeddings: expected n >= 0, got -1');
  assert.equal(await error('NULL, 3'), 'synthetic_embeddings: expected n >= 0, got NULL');
  assert.equal(await error('1, 0'), 'synthetic_embeddings: expected d from 1 to 99999, got 0');
  assert.equal(await error('1, 100000'), 'synthetic_embeddings: expected d from 1 to 99999, got 100000');
  assert.equal(await error('1, NULL'), 'synthetic_embeddings: expected d from 1 to 99999, got NULL');
  assert.equal(
    await error('1, 128, clusters := -1'),
    'synthetic_embeddings: expected clusters from 0 to 2097152, got -1',
  );
  assert.equal(
    await error('1, 128, clusters := 2097153'),
    'synthetic_embeddings: expected clusters from 0 to 2097152, got 2097153',
  );
  assert.equal(
    await error('1, 128, clusters := NULL'),
    'synthetic_embeddings: expected clusters from 0 to 2097152, got NULL',
  );
  assert.equal(await error('1, 3, seed := NULL'), 'synthetic_embeddings: expected a number as seed, got NULL');
});

/** The share of the standard normal distribution below x, by Simpson's rule from the middle. */
function normalBelow(x: number): number {
  const steps = 2000;
  const density = (t: number) => Math.exp(-t * t * 0.5) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(x);
  for (let i = 1; i < steps; i++) sum += density((x * i) / steps) * (i % 2 === 1 ? 4 : 2);
  return 0.5 + (sum * x) / steps / 3;
}
