import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DuckTopics, open } from '../src/index.ts';
import { errorLine } from './support/error-line.ts';
import { writeNpy } from './support/npy-file.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);

/** A file of n rows, each of which holds its number d times. */
function numbered(name: string, n: number, d = 1): string {
  const numbers = Float32Array.from({ length: n * d }, (_, i) => Math.floor(i / d));
  writeNpy(path(name), [n, d], numbers);
  return path(name);
}

/** Rows in 30 clusters of 16 dimensions: a .npy file, a Parquet file, a table and a view of the same. */
async function withMixture(threads?: number): Promise<DuckTopics> {
  const db = await open(':memory:', threads === undefined ? {} : { threads });
  await db.connection.run(`
    CREATE TABLE messages AS FROM synthetic_embeddings(300_000, 16, clusters := 30);
    CREATE VIEW seen AS FROM messages;
    COPY messages TO '${path('messages.parquet')}' (ROW_GROUP_SIZE 20480);`);
  const vectors = await db.connection.runAndReadAll('SELECT unnest(embedding) FROM messages');
  writeNpy(path('messages.npy'), [300_000, 16], Float32Array.from(vectors.getColumns()[0] as number[]));
  return db;
}

const sources = ['messages', path('messages.parquet'), path('messages.npy')];

/** Pearson's statistic over the counts of what is expected to be equally likely, in standard deviations of its distribution. */
function excess(counts: number[], variance: number): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / variance;
  return (statistic - counts.length) / Math.sqrt(2 * counts.length);
}

test('read_npy(path, sample_rows, seed) draws every row as often as any other', async () => {
  await using db = await open();
  const file = numbered('uniform.npy', 5003);
  const seeds = 400;
  const counts = Array<number>(5003).fill(0);
  for (let seed = 0; seed < seeds; seed++) {
    for (const { id } of await db.query(`SELECT id FROM read_npy('${file}', sample_rows := 640, seed := ${seed})`)) {
      counts[Number(id)] = (counts[Number(id)] ?? 0) + 1;
    }
  }
  // Blocks of ten rows: one count for each of the 501 blocks (the last one has three rows). Each is drawn with probability 64 / 501.
  const blocks = Array.from({ length: 501 }, (_, block) => counts[10 * block] ?? 0);
  assert.deepEqual(
    counts,
    Array.from(counts, (_, row) => blocks[Math.floor(row / 10)]),
  );
  const share = 64 / 501;
  assert.equal(
    blocks.reduce((sum, count) => sum + count, 0),
    64 * seeds,
  );
  assert.ok(Math.abs(excess(blocks, seeds * share * (1 - share))) < 4);
});

test('read_npy(path, sample_rows) gives each row its own numbers, at 1, 2 and 8 threads the same ones', async () => {
  const file = numbered('rows.npy', 100_000, 3);
  const samples = new Set<string>();
  for (const threads of [1, 2, 8]) {
    await using db = await open(':memory:', { threads });
    const [row] = await db.query<Record<string, unknown>>(
      `SELECT count(*) AS n, count(DISTINCT id) AS ids, count(*) FILTER (embedding <> [id, id, id]::FLOAT[3]) AS wrong,
        list(id ORDER BY id)::VARCHAR AS sample
       FROM read_npy('${file}', sample_rows := 30_000)`,
    );
    assert.equal(row?.ids, row?.n);
    assert.equal(row?.wrong, 0n);
    assert.ok(Number(row?.n) >= 30_000 && Number(row?.n) < 30_000 + 469, `${row?.n}`);
    samples.add(String(row?.sample));
  }
  assert.equal(samples.size, 1);
});

test('read_npy(path, sample_rows) draws rows of all files, and all rows where there are no more', async () => {
  await using db = await open();
  const files = [numbered('part-1.npy', 1000), numbered('part-2.npy', 30), numbered('part-3.npy', 2000)];
  const list = `[${files.map((file) => `'${file}'`).join(', ')}]`;
  const count = async (rows: string) =>
    (
      await db.query(`SELECT count(*) AS n, count(DISTINCT id) AS ids, max(id) // 1030 AS last
      FROM read_npy(${list}, sample_rows := ${rows})`)
    )[0];
  assert.deepEqual(await count('100'), { n: 100n, ids: 100n, last: 2n });
  for (const all of ['3030', '3031', '9223372036854775807', 'NULL']) {
    assert.deepEqual(await count(all), { n: 3030n, ids: 3030n, last: 2n });
  }
  assert.deepEqual(await count('1'), { n: 1n, ids: 1n, last: (await count('1'))?.last });
});

test('read_npy(path, sample_rows) reads little more than the sample', async () => {
  await using db = await open();
  const file = numbered('long.npy', 200_000, 64);
  const bytesRead = () => Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
  const before = bytesRead();
  await db.query(`SELECT count(embedding) FROM read_npy('${file}', sample_rows := 10_000)`);
  const bytes = bytesRead() - before;
  assert.ok(bytes < 1.2 * 10_000 * 64 * 4, `${bytes} bytes`);
});

test('read_npy(path, sample_rows) rejects fewer than one row', async () => {
  await using db = await open();
  assert.equal(
    await errorLine(db.query(`FROM read_npy('${numbered('few.npy', 3)}', sample_rows := 0)`)),
    'read_npy: expected sample_rows >= 1, got 0',
  );
});

for (const [source, blockRows, blocks] of [
  ['a table', 2048, 293],
  ['a Parquet file', 16384, 37],
] as const) {
  test(`kmeans_train(sample := 'blocks') draws every block of ${source} as often as any other`, async () => {
    await using db = await open();
    await db.connection.run(
      'CREATE TABLE numbers AS SELECT id, [id]::FLOAT[] AS embedding FROM range(600_000) AS t (id)',
    );
    await db.connection.run(`COPY numbers TO '${path('numbers.parquet')}' (ROW_GROUP_SIZE 20480)`);
    const name = source === 'a table' ? 'numbers' : path('numbers.parquet');
    const seeds = 40;
    const counts = Array<number>(blocks).fill(0);
    for (let seed = 0; seed < seeds; seed++) {
      for (const { block, rows } of await db.query(
        `SELECT id // ${blockRows} AS block, count(*) AS rows
         FROM query(_sampled_blocks('${name}', 'blocks', 3, 256, ${seed})) GROUP BY block`,
      )) {
        counts[Number(block)] = (counts[Number(block)] ?? 0) + 1;
        assert.equal(Number(rows), Math.min(blockRows, 600_000 - Number(block) * blockRows));
      }
    }
    const share = (source === 'a table' ? 64 : 16) / blocks;
    const drawn = counts.reduce((sum, count) => sum + count, 0);
    const expected = seeds * blocks * share;
    assert.ok(Math.abs(drawn - expected) < 4 * Math.sqrt(expected * (1 - share)), `${drawn} blocks`);
    assert.ok(Math.abs(excess(counts, seeds * share * (1 - share))) < 4);
  });
}

test("kmeans_train(sample := 'blocks') gives the same centroids at 1, 2 and 8 threads, others for another seed", async () => {
  const models = new Map<string, Set<string>>();
  for (const threads of [1, 2, 8]) {
    await using db = await withMixture(threads);
    for (const source of sources) {
      for (const seed of [1, 2]) {
        const [row] = await db.query<{ model: string }>(
          `SELECT list(centroid ORDER BY cluster_id)::VARCHAR AS model
           FROM kmeans_train('${source}', k := 10, niter := 2, seed := ${seed}, sample := 'blocks')`,
        );
        const key = `${source} ${seed}`;
        models.set(key, (models.get(key) ?? new Set()).add(row?.model ?? ''));
      }
    }
  }
  assert.ok([...models.values()].every((answers) => answers.size === 1));
  assert.equal(new Set([...models.values()].flatMap((answers) => [...answers])).size, 2 * sources.length);
});

test("kmeans_train(sample := 'blocks') reaches the objective of a uniform sample", async () => {
  await using db = await withMixture();
  const objective = async (source: string, sample: string) => {
    const [row] = await db.query<{ objective: number }>(
      `SELECT kmeans_step(embedding, (
         SELECT list(centroid) FROM kmeans_train('${source}', k := 30, max_points_per_centroid := 64, sample := '${sample}')
       )).objective AS objective FROM messages`,
    );
    return Number(row?.objective);
  };
  const uniform = await objective('messages', 'uniform');
  for (const source of sources) {
    assert.ok((await objective(source, 'blocks')) < 1.01 * uniform, source);
  }
});

test("kmeans_train(sample := 'blocks') samples rows that the open transaction has added", async () => {
  await using db = await open();
  const added = (from: number, to: number) =>
    `SELECT id, [id]::FLOAT[] AS embedding FROM range(${from}, ${to}) AS t (id)`;
  const sampled = async (rows: number) => {
    const [row] = await db.query<{ n: bigint; ids: bigint }>(
      "SELECT count(*) AS n, count(DISTINCT id) AS ids FROM query(_sampled_blocks('numbers', 'blocks', 3, 256, 1))",
    );
    assert.equal(row?.n, row?.ids);
    assert.ok(Number(row?.n) > 50_000 && Number(row?.n) < rows / 2, `${row?.n} of ${rows} rows`);
    assert.equal((await db.query("FROM kmeans_train('numbers', k := 3, sample := 'blocks')")).length, 3);
  };
  await db.connection.run(`BEGIN; CREATE TABLE numbers AS ${added(0, 400_000)}`);
  await sampled(400_000);
  await db.connection.run(`COMMIT; BEGIN; INSERT INTO numbers ${added(400_000, 700_000)}`);
  await sampled(700_000);
  await db.connection.run('COMMIT');
  await sampled(700_000);
});

test("kmeans_train(sample := 'blocks') samples views and CTEs as 'uniform' does", async () => {
  await using db = await withMixture();
  const model = (sample: string, name: string) =>
    db.query(`WITH given AS (FROM messages) FROM kmeans_train('${name}', k := 8, niter := 2, sample := '${sample}')`);
  for (const name of ['seen', 'given']) {
    assert.deepEqual(await model('blocks', name), await model('uniform', name));
  }
});

test("kmeans_train(sample := 'blocks') takes names as 'uniform' does", async () => {
  await using db = await withMixture();
  await db.connection.run(`
    CREATE SCHEMA archive;
    CREATE TABLE archive."old messages" AS FROM messages LIMIT 1000;
    CREATE TABLE "rowid" AS SELECT 'none' AS rowid, embedding AS "Vector" FROM messages LIMIT 1000;
    COPY (FROM messages LIMIT 1000) TO '${path('part-1.parquet')}';
    COPY (FROM messages LIMIT 1000 OFFSET 1000) TO '${path('part-2.parquet')}'`);
  const rowsOf = (name: string, embedding = 'embedding') =>
    db.query(
      `SELECT sum(size) AS rows FROM kmeans_train('${name}', k := 2, embedding := '${embedding}', sample := 'blocks', passes := 1)`,
    );
  assert.deepEqual(await rowsOf('archive.old messages'), [{ rows: 1000n }]);
  assert.deepEqual(await rowsOf('archive."old messages"'), [{ rows: 1000n }]);
  assert.deepEqual(await rowsOf('rowid', 'vector'), [{ rows: 1000n }]);
  assert.deepEqual(await rowsOf(path('part-*.parquet')), [{ rows: 2000n }]);
  assert.deepEqual(await rowsOf(path('mess*.npy')), [{ rows: 300_000n }]);
});

test('_quoted_name(name) gives SQL that names a table and is nothing else', async () => {
  await using db = await open();
  const quoted = (name: string) => db.query('SELECT _quoted_name($1) AS name', [name]);
  const names: [name: string, sql: string][] = [
    ['messages', '"messages"'],
    ['archive.old messages', '"archive"."old messages"'],
    ['mail.archive."v1.2"', '"mail"."archive"."v1.2"'],
    ['.messages.', '"messages"'],
    // As query_table takes them: a quote is no part of a name.
    ['"a""b".c', '"ab"."c"'],
    ['"(SELECT 1)\n" AS "t"', '"(SELECT 1)\n AS t"'],
    ['(SELECT 1) AS "t', '"(SELECT 1) AS ""t"'],
    ['t"; DROP TABLE t; SELECT "', '"t; DROP TABLE t; SELECT "'],
    ['"', '""""'],
    ['', '""'],
  ];
  for (const [name, sql] of names) assert.deepEqual(await quoted(name), [{ name: sql }], name);
});

test("kmeans_train(sample := 'blocks') takes SQL in a name for a name, as 'uniform' does", async () => {
  await using db = await open();
  for (const name of [`(SELECT [error('run')]::FLOAT[] AS "embedding")`, '"messages", (SELECT 1)']) {
    for (const sample of ['uniform', 'blocks']) {
      const rows = await db.query(
        `WITH "${name.replaceAll('"', '')}" AS (SELECT [1.0::FLOAT] AS embedding)
         SELECT cluster_id FROM kmeans_train('${name.replaceAll("'", "''")}', k := 1, sample := '${sample}')`,
      );
      assert.deepEqual(rows, [{ cluster_id: 0 }], `${sample}: ${name}`);
    }
  }
});
