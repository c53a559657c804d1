import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { open } from '../src/index.ts';
import { packageRoot } from '../src/paths.ts';
import { ducktopics } from './support/command.ts';
import { writeNpy } from './support/npy-file.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();
const script = (name: string) => join(packageRoot, 'sql', 'pipelines', `${name}.sql`);

/** 600 messages on three subjects, 200 each. */
const messages = `
  SELECT
    i AS id,
    ['invoice refund payment', 'crash update screen', 'password login account'][i % 3 + 1] || ' number ' || i AS text,
    [CASE WHEN c = i % 3 THEN 1 ELSE 0 END + (hash(i, c) % 100) / 1000 FOR c IN range(3)]::FLOAT[] AS embedding
  FROM range(600) AS t (i)`;

async function run(name: string, file: string, settings: Record<string, string>) {
  const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  return ducktopics(['run', script(name), '--db', file, '--format', 'json', ...set], { cwd: folder });
}

test('discover.sql finds the topics of a table and ends with an overview', async () => {
  const file = join(folder, 'table.duckdb');
  {
    await using db = await open(file);
    await db.connection.run(`CREATE TABLE messages AS ${messages}`);
  }
  const { code, stdout, stderr } = await run('discover', file, { k: '3', samples: '5' });
  assert.equal(code, 0, stderr);
  const overview = JSON.parse(stdout) as { size: number; share: number; keywords: string; example: string }[];
  assert.deepEqual(
    overview.map(({ size, share }) => [size, share]),
    Array(3).fill([200, 0.3333]),
  );
  assert.deepEqual(overview.map(({ keywords }) => keywords.split(' ').slice(0, 3).sort().join(' ')).sort(), [
    'account login password',
    'crash screen update',
    'invoice payment refund',
  ]);
  for (const { keywords, example } of overview) assert.ok(example.includes(keywords.split(' ')[0] as string));

  await using db = await open(file, { readOnly: true });
  assert.deepEqual(await db.query('SELECT cluster_id, size FROM topics ORDER BY cluster_id'), [
    { cluster_id: 0, size: 200n },
    { cluster_id: 1, size: 200n },
    { cluster_id: 2, size: 200n },
  ]);
  const [assigned] = await db.query(`
    SELECT count(*) AS n, count(DISTINCT (id % 3, cluster_id)) AS pairs, count(distance) AS distances, count(margin) AS margins
    FROM assignments`);
  assert.deepEqual(assigned, { n: 600n, pairs: 3n, distances: 600n, margins: 600n });
  assert.deepEqual(await db.query('SELECT count(*) AS n, min(len(keywords)) AS words FROM topic_keywords'), [
    { n: 3n, words: 4n },
  ]);
  assert.deepEqual(await db.query('SELECT DISTINCT count(*) OVER (PARTITION BY cluster_id) AS n FROM topic_samples'), [
    { n: 5n },
  ]);
});

test('discover.sql takes a Parquet pattern and names of columns, and replaces earlier tables', async () => {
  const parts = join(folder, 'mail.v1');
  {
    await using db = await open();
    await db.connection.run(
      `COPY (SELECT id AS "Message Id", text AS body, embedding AS vector, id % 2 AS part FROM (${messages})) TO '${parts}' (FORMAT parquet, PARTITION_BY (part))`,
    );
  }
  const file = join(folder, 'parquet.duckdb');
  const settings = {
    input: `${parts}/*/*.parquet`,
    id: 'Message Id',
    text: 'body',
    embedding: 'vector',
    k: '3',
    niter: '5',
    passes: '1',
    seed: '7',
  };
  for (const run_ of [1, 2]) {
    const { code, stdout, stderr } = await run('discover', file, settings);
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).length, 3, `run ${run_}`);
  }
  await using db = await open(file, { readOnly: true });
  assert.deepEqual(await db.query('SELECT table_name FROM duckdb_tables() ORDER BY table_name'), [
    { table_name: 'assignments' },
    { table_name: 'topic_keywords' },
    { table_name: 'topic_samples' },
    { table_name: 'topics' },
  ]);
  assert.deepEqual(await db.query('SELECT count(*) AS n, count(DISTINCT cluster_id) AS k FROM topic_samples'), [
    { n: 60n, k: 3n },
  ]);
});

test('discover.sql names a column that is missing', async () => {
  const file = join(folder, 'missing.duckdb');
  {
    await using db = await open(file);
    await db.connection.run(`CREATE TABLE mail AS ${messages}`);
  }
  const { code, stderr } = await run('discover', file, { input: 'mail', k: '3', embedding: 'vector' });
  assert.equal(code, 65);
  assert.match(stderr, /unknown column: vector; expected one of id, text, embedding/);
});

test('discover.sql and notebook.sql refuse an input that they would replace', async () => {
  const file = join(folder, 'own.duckdb');
  const made = {
    discover: [
      'topics',
      'assignments',
      'Topic_Keywords',
      'topic_samples',
      'main.TOPICS',
      'own.main.topics',
      '"topics"',
    ],
    notebook: ['topics', 'assignments', 'cluster_sizes', 'main.cluster_sizes'],
  };
  const tables = ['topics', 'assignments', 'topic_keywords', 'topic_samples', 'cluster_sizes'];
  {
    await using db = await open(file);
    for (const table of tables) await db.connection.run(`CREATE TABLE ${table} AS ${messages}`);
  }
  for (const [name, inputs] of Object.entries(made)) {
    for (const input of inputs) {
      const { code, stderr } = await run(name, file, { input, k: '3' });
      assert.equal(code, 65, input);
      assert.ok(stderr.includes(`invalid input: ${input} is a table that this script makes`), stderr);
    }
  }
  await using db = await open(file);
  for (const table of tables) {
    assert.deepEqual(await db.query(`SELECT count(text) AS n FROM ${table}`), [{ n: 600n }], table);
  }
  // A table of that name elsewhere is none of the script's.
  await db.connection.run(`CREATE SCHEMA mail; CREATE TABLE mail.topics AS ${messages}`);
  db.close();
  const elsewhere = await run('discover', file, { input: 'mail.topics', k: '3' });
  assert.equal(elsewhere.code, 0, elsewhere.stderr);
});

test('discover.sql and notebook.sql leave the earlier tables where a statement fails, also when the rest is run', async () => {
  await using db = await open();
  await db.connection.run(`CREATE TABLE messages AS ${messages}`);
  const statements = async (name: string) => (await readFile(script(name), 'utf8')).split(/;\n/);
  const runAll = async (name: string) => {
    const errors: string[] = [];
    for (const statement of await statements(name)) {
      await db.connection.run(statement).catch((error: Error) => errors.push(error.message));
    }
    return errors;
  };
  await db.connection.run("SET VARIABLE k = 3; SET VARIABLE input = 'messages'");
  assert.deepEqual(await runAll('discover'), []);
  assert.deepEqual(await runAll('notebook'), []);
  const state = () =>
    db.query(`
    SELECT (SELECT sum(hash(t)) FROM topics AS t) AS topics, (SELECT sum(hash(a)) FROM assignments AS a) AS assignments,
           (SELECT sum(hash(w)) FROM topic_keywords AS w) AS words, (SELECT sum(hash(s)) FROM cluster_sizes AS s) AS sizes`);
  const before = await state();
  for (const variable of ['text', 'id', 'embedding']) {
    await db.connection.run(`SET VARIABLE k = 2; SET VARIABLE ${variable} = 'body'`);
    const [first] = await runAll('discover');
    assert.match(first ?? '', /unknown column: body; expected one of id, text, embedding/);
    assert.deepEqual(await state(), before);
    await db.connection.run(`RESET VARIABLE ${variable}`);
  }
  await db.connection.run('ALTER TABLE messages RENAME id TO number');
  assert.match((await runAll('notebook'))[0] ?? '', /unknown column: id; expected one of number, text, embedding/);
  assert.deepEqual(await state(), before);
});

test('discover.sql refuses ids that are missing or come twice', async () => {
  const file = join(folder, 'ids.duckdb');
  const refuses = async (change: string, error: string) => {
    {
      await using db = await open(file);
      await db.connection.run(`CREATE OR REPLACE TABLE messages AS ${messages}; ${change}`);
    }
    const { code, stderr } = await run('discover', file, { k: '3' });
    assert.equal(code, 65);
    assert.ok(stderr.includes(error), stderr);
  };
  await refuses('UPDATE messages SET id = 12 WHERE id = 13', 'invalid id: expected unique values, got 12 twice');
  await refuses('UPDATE messages SET id = 5 WHERE id IN (6, 400)', 'invalid id: expected unique values, got 5 3 times');
  await refuses('UPDATE messages SET id = NULL WHERE id < 4', 'invalid id: expected unique values, got NULL in 4 rows');
  await using db = await open(file, { readOnly: true });
  assert.deepEqual(await db.query('SELECT table_name FROM duckdb_tables()'), [{ table_name: 'messages' }]);
});

test('discover.sql counts the messages without an embedding', async () => {
  const file = join(folder, 'left-out.duckdb');
  {
    await using db = await open(file);
    await db.connection.run(`CREATE TABLE messages AS ${messages}; UPDATE messages SET embedding = NULL WHERE id < 7`);
  }
  const { code, stdout, stderr } = await run('discover', file, { k: '3' });
  assert.equal(code, 0, stderr);
  const overview = JSON.parse(stdout);
  assert.deepEqual(
    overview.map(({ size }: { size: number }) => size),
    [198, 198, 197, 7],
  );
  assert.deepEqual(overview[3], {
    cluster_id: null,
    size: 7,
    share: null,
    keywords: null,
    example: 'left out: no embedding',
  });
});

test('notebook.sql does the job of the notebook on a .npy file', async () => {
  const [n, d] = [6000, 16];
  const npy = join(folder, 'vectors.npy');
  writeNpy(
    npy,
    [n, d],
    Float32Array.from({ length: n * d }, (_, i) => ((i * 2654435761) % 4294967296) / 4294967296),
  );
  const file = join(folder, 'notebook.duckdb');
  const { code, stdout, stderr } = await run('notebook', file, { input: npy });
  assert.equal(code, 0, stderr);
  const [summary] = JSON.parse(stdout);
  assert.equal(summary.documents, n);
  assert.equal(summary.clusters, 100);
  assert.equal(summary.distribution.length, 100);
  assert.equal(
    summary.distribution.reduce((sum: number, size: number) => sum + size, 0),
    n,
  );
  assert.equal(Math.min(...summary.distribution), summary.smallest);

  await using db = await open(file, { readOnly: true });
  assert.deepEqual(await db.query('SELECT table_name FROM duckdb_tables() ORDER BY table_name'), [
    { table_name: 'assignments' },
    { table_name: 'cluster_sizes' },
    { table_name: 'topics' },
  ]);
  const [row] = await db.query(`
    SELECT
      (SELECT count(*) FROM assignments JOIN topics USING (cluster_id)) AS assigned,
      (SELECT list(size ORDER BY cluster_id) = list(n ORDER BY cluster_id) FROM cluster_sizes
        LEFT JOIN (SELECT cluster_id, count(*) AS n FROM assignments GROUP BY cluster_id) USING (cluster_id)) AS counted,
      (SELECT count(*) FROM read_npy('${npy}') JOIN assignments USING (id)
        WHERE cluster_id <> nearest_centroid(embedding, 'topics')) AS wrong,
      (SELECT len(any_value(centroid)) FROM topics) AS d`);
  assert.deepEqual(row, { assigned: BigInt(n), counted: true, wrong: 0n, d: BigInt(d) });
});

test('notebook.sql takes a table', async () => {
  const file = join(folder, 'notebook-table.duckdb');
  {
    await using db = await open(file);
    await db.connection.run(
      'CREATE TABLE vectors AS SELECT i AS id, [i % 4, i % 4 // 2]::FLOAT[] AS embedding FROM range(100) AS t (i)',
    );
  }
  const { code, stdout, stderr } = await run('notebook', file, { input: 'vectors', k: '4', niter: '2', seed: '1' });
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), [
    { documents: 100, clusters: 4, smallest: 25, largest: 25, distribution: [25, 25, 25, 25] },
  ]);
});

test('notebook.sql names the file that is missing', async () => {
  const { code, stderr } = await run('notebook', join(folder, 'none.duckdb'), {});
  assert.equal(code, 66);
  assert.match(stderr, /message_embeddings\.npy.*no such file|no such file.*message_embeddings\.npy/);
});
