import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DuckTopics, open } from '../src/index.ts';
import { writeNpy } from './support/npy-file.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();

/** 40 messages of 4 topics; what each macro gives for them is written down below. */
async function withMessages(): Promise<DuckTopics> {
  const db = await open();
  await db.connection.run(`
    CREATE TABLE messages AS
    SELECT i AS id, ['red', 'green', 'blue', 'black'][i % 4 + 1] || ' message' AS text, [10.0 * (i % 4), i // 20]::FLOAT[] AS embedding
    FROM range(40) AS t (i);
    CREATE TABLE topics AS FROM kmeans_train('messages', k := 4);
    CREATE TABLE assignments AS FROM assign_clusters('messages', 'topics');`);
  return db;
}

/** Every place where a macro takes a table, with a query that gives one number when `table` holds what `like` holds. */
const places: { macro: string; like: string; query: (table: string) => string; expected: number }[] = [
  {
    macro: 'kmeans_train(tbl)',
    like: 'messages',
    query: (table) => `SELECT sum(centroid[1]) AS n FROM kmeans_train(${table}, k := 4, passes := 1)`,
    expected: 60,
  },
  {
    macro: 'nearest_centroid(embedding, model)',
    like: 'topics',
    query: (table) =>
      `SELECT count(*) AS n FROM messages JOIN assignments USING (id) WHERE nearest_centroid(embedding, ${table}) = cluster_id`,
    expected: 40,
  },
  {
    macro: 'nearest_centroids(embedding, model, n)',
    like: 'topics',
    query: (table) => `SELECT sum(len(nearest_centroids(embedding, ${table}, 3))) AS n FROM messages`,
    expected: 120,
  },
  {
    macro: 'assign_clusters(tbl, model)',
    like: 'messages',
    query: (table) => `SELECT sum(distance) AS n FROM assign_clusters(${table}, 'topics')`,
    expected: 10,
  },
  {
    macro: 'assign_clusters(tbl, model)',
    like: 'topics',
    query: (table) => `SELECT sum(distance) AS n FROM assign_clusters('messages', ${table})`,
    expected: 10,
  },
  {
    macro: 'cluster_sizes(assignments)',
    like: 'assignments',
    query: (table) => `SELECT sum(size) AS n FROM cluster_sizes(${table})`,
    expected: 40,
  },
  {
    macro: 'cluster_samples(assignments, messages)',
    like: 'assignments',
    query: (table) => `SELECT count(*) AS n FROM cluster_samples(${table}, 'messages', n := 3)`,
    expected: 12,
  },
  {
    macro: 'cluster_samples(assignments, messages)',
    like: 'messages',
    query: (table) => `SELECT count(*) AS n FROM cluster_samples('assignments', ${table}, n := 3)`,
    expected: 12,
  },
  {
    macro: 'topic_keywords(assignments, messages)',
    like: 'assignments',
    query: (table) => `SELECT sum(len(keywords)) AS n FROM topic_keywords(${table}, 'messages')`,
    expected: 8,
  },
  {
    macro: 'topic_keywords(assignments, messages)',
    like: 'messages',
    query: (table) => `SELECT sum(len(keywords)) AS n FROM topic_keywords('assignments', ${table})`,
    expected: 8,
  },
];

/** Kinds of tables: the SQL that makes one with the rows of `like`, and the name under which a macro finds it. */
const kinds: { kind: string; make: (like: string) => string; name: string }[] = [
  { kind: 'a view', make: (like) => `CREATE VIEW other AS FROM ${like}`, name: 'other' },
  { kind: 'a TEMP table', make: (like) => `CREATE TEMP TABLE other AS FROM ${like}`, name: 'other' },
  { kind: 'a TEMP view', make: (like) => `CREATE TEMP VIEW other AS FROM ${like}`, name: 'other' },
  {
    kind: 'a table of another schema',
    make: (like) => `CREATE SCHEMA archive; CREATE TABLE archive.other AS FROM ${like}`,
    name: 'archive.other',
  },
  {
    kind: 'a table of another database',
    make: (like) =>
      `ATTACH '${join(folder, `${like}-${made++}.duckdb`)}' AS elsewhere; CREATE TABLE elsewhere.other AS FROM ${like}`,
    name: 'elsewhere.main.other',
  },
  {
    kind: 'a table with spaces in its name',
    make: (like) => `CREATE TABLE "My ${like}" AS FROM ${like}`,
    name: 'my %',
  },
  {
    kind: 'a table whose name needs quotes',
    make: (like) => `CREATE SCHEMA "the archive"; CREATE TABLE "the archive"."it's 1.0" AS FROM ${like}`,
    name: '"the archive"."it\'s 1.0"',
  },
  {
    kind: 'a table with the name of a keyword',
    make: (like) => `CREATE TABLE "select" AS FROM ${like}`,
    name: 'select',
  },
  {
    kind: 'a Parquet file',
    make: (like) => `COPY ${like} TO '${join(folder, `${like}.v1.2.parquet`)}'`,
    name: join(folder, '%.v1.2.parquet'),
  },
  {
    kind: 'a Parquet pattern',
    make: (like) => {
      const parts = join(folder, `it's ${like}`);
      mkdirSync(parts, { recursive: true });
      return [0, 1]
        .map((part) => {
          const rows = `SELECT * EXCLUDE (part) FROM (SELECT *, row_number() OVER () % 2 AS part FROM ${like}) WHERE part = ${part}`;
          return `COPY (${rows}) TO '${parts.replaceAll("'", "''")}/${part}.parquet';`;
        })
        .join('\n');
    },
    name: join(folder, "it's %", '*.parquet'),
  },
];
let made = 0;

for (const { macro, like, query, expected } of places) {
  test(`${macro} takes every kind of table in place of ${like}`, async (t) => {
    for (const { kind, make, name } of kinds) {
      await t.test(kind, async () => {
        await using db = await withMessages();
        await db.connection.run(make(like));
        const literal = `'${name.replace('%', like).replaceAll("'", "''")}'`;
        assert.equal(Number((await db.query(query(literal)))[0]?.n), expected);
      });
    }

    await t.test('a CTE of the query', async () => {
      await using db = await withMessages();
      const [row] = await db.query(`WITH other AS (FROM ${like}) ${query("'other'")}`);
      assert.equal(Number(row?.n), expected);
    });

    await t.test('a CTE that hides a table', async () => {
      await using db = await withMessages();
      await db.connection.run('CREATE TABLE other AS SELECT 1 AS x');
      const [row] = await db.query(`WITH other AS (FROM ${like}) ${query("'other'")}`);
      assert.equal(Number(row?.n), expected);
    });

    await t.test('a parameter of a prepared statement', async () => {
      await using db = await withMessages();
      const [row] = await db.query(query('$1'), [like]);
      assert.equal(Number(row?.n), expected);
      const prepared = await db.connection.prepare(query('$name'));
      prepared.bind({ name: like });
      for (let run = 0; run < 2; run++) {
        const [again] = await (await prepared.run()).getRowObjectsJS();
        assert.equal(Number(again?.n), expected);
      }
    });

    await t.test('a variable', async () => {
      await using db = await withMessages();
      await db.connection.run(`SET VARIABLE name = '${like}'`);
      assert.equal(Number((await db.query(query("getvariable('name')")))[0]?.n), expected);
    });

    await t.test('rows that are not committed', async () => {
      await using db = await withMessages();
      await db.connection.run(`CREATE TABLE other AS FROM ${like} LIMIT 0; BEGIN; INSERT INTO other FROM ${like}`);
      assert.equal(Number((await db.query(query("'other'")))[0]?.n), expected);
      await db.connection.run('ROLLBACK');
      const outcome = await db.query(query("'other'")).then(
        ([row]) => Number(row?.n),
        () => 'refused',
      );
      assert.notEqual(outcome, expected);
    });
  });
}

test('macros read .npy files, also where the name has dots', async () => {
  await using db = await open();
  const file = join(folder, 'rows.of.10.npy');
  writeNpy(
    file,
    [10, 2],
    Float32Array.from({ length: 20 }, (_, i) => (i < 10 ? i : 100 + i)),
  );
  await db.connection.run(`CREATE TABLE topics AS FROM kmeans_train('${file}', k := 2, passes := 1)`);
  assert.deepEqual(await db.query('SELECT size FROM topics'), [{ size: 5n }, { size: 5n }]);
  assert.deepEqual(
    await db.query(`SELECT count(*) AS n, count(DISTINCT cluster_id) AS k FROM assign_clusters('${file}', 'topics')`),
    [{ n: 10n, k: 2n }],
  );
});

test("FROM 'x.npy' and FROM 'x.faiss' read the files", async () => {
  await using db = await open();
  const [matrix, index] = [join(folder, 'matrix.npy'), join(folder, 'index.faiss')];
  writeNpy(matrix, [2, 2], Float32Array.of(1, 2, 3, 4));
  assert.deepEqual(await db.query(`FROM '${matrix}'`), await db.query(`FROM read_npy('${matrix}')`));
  assert.deepEqual(await db.query(`FROM '${folder}/matri*.npy'`), await db.query(`FROM read_npy('${matrix}')`));
  await db.connection.run('CREATE TABLE topics AS SELECT 7 AS cluster_id, [1.0, 2.0] AS centroid');
  await db.query(`SELECT write_faiss('topics', '${index}')`);
  assert.deepEqual(await db.query(`FROM '${index}'`), await db.query(`FROM read_faiss('${index}')`));
  assert.deepEqual(await db.query(`SELECT nearest_centroid([0.0, 0.0], '${index}') AS id`), [{ id: 7n }]);
});

test("FROM 'x.npy' of a table of that name reads the table", async () => {
  await using db = await open();
  await db.connection.run('CREATE TABLE "x.npy" AS SELECT 1 AS a');
  assert.deepEqual(await db.query("FROM 'x.npy'"), [{ a: 1 }]);
});

test("FROM 'x.npy' names a missing file", async () => {
  await using db = await open();
  await assert.rejects(() => db.query("FROM 'missing.npy'"), /read_npy: missing\.npy: no such file/);
});

test('macros leave the database file as it was', async () => {
  const file = join(folder, 'clean.duckdb');
  {
    await using db = await open(file);
    await db.query('SELECT * FROM (SELECT [1.0] AS embedding) WHERE l2_normalize(embedding) = [1.0]');
  }
  await using db = await open(file, { readOnly: true });
  assert.deepEqual(
    await db.query("SELECT function_name FROM duckdb_functions() WHERE database_name = 'clean' AND NOT internal"),
    [],
  );
});
