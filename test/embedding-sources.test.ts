import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../src/index.ts';

const [n, d, k] = [5000, 8, 6];

/** Where a query can take an embedding from: the vectors that reach a function differ in layout each time. */
const sources: Record<string, string> = {
  'a column of lists': 'SELECT id, v AS e FROM vectors',
  'a column of arrays': `SELECT id, v::FLOAT[${d}] AS e FROM vectors`,
  'a column with NULLs': 'SELECT id, CASE WHEN id % 3 > 0 THEN v END AS e FROM vectors',
  'a column with NULLs of arrays': `SELECT id, (CASE WHEN id % 3 > 0 THEN v END)::FLOAT[${d}] AS e FROM vectors`,
  'a slice of a longer list': `SELECT id, long[3:${d + 2}] AS e FROM vectors`,
  'a slice of a longer array': `SELECT id, (long::FLOAT[${2 * d}])[1:${d}] AS e FROM vectors`,
  'a slice with a step': 'SELECT id, long[1:-1:2] AS e FROM vectors',
  'list_reverse()': 'SELECT id, list_reverse(v) AS e FROM vectors',
  'list_filter()': `SELECT id, list_filter(long, lambda x, i: i > ${d}) AS e FROM vectors`,
  'list_concat()': 'SELECT id, list_concat(v[1:3], v[4:]) AS e FROM vectors',
  'list_resize()': `SELECT id, list_resize(v[1:5], ${d}, 0.5::FLOAT) AS e FROM vectors`,
  'list_transform()': 'SELECT id, list_transform(v, lambda x: x * 2 - 1) AS e FROM vectors',
  'list_sort()': 'SELECT id, list_sort(v) AS e FROM vectors',
  'list_value()': 'SELECT id, [v[8], v[7], v[6], v[5], v[4], v[3], v[2], id / 5000] AS e FROM vectors',
  'list_zip() and list_apply()':
    'SELECT id, list_apply(list_zip(v, list_reverse(v)), lambda p: p[1] - p[2]) AS e FROM vectors',
  'the aggregate list()':
    'SELECT id, list(x ORDER BY i) AS e FROM (SELECT id, unnest(v) AS x, generate_subscripts(v, 1) AS i FROM vectors) GROUP BY id',
  'string_split()': "SELECT id, string_split(array_to_string(v, ','), ',')::FLOAT[] AS e FROM vectors",
  JSON: 'SELECT id, from_json(to_json(v), \'["FLOAT"]\') AS e FROM vectors',
  'a field of a struct': 'SELECT id, struct_pack(x := id, v := v).v AS e FROM vectors',
  'a field of a struct column': 'SELECT id, (s).v AS e FROM structs',
  'an item of a list of lists': 'SELECT id, [v, list_reverse(v)][2] AS e FROM vectors',
  'an item of a column of lists of lists': 'SELECT id, vs[(id % 2) + 1] AS e FROM nested',
  'an unnested list of lists':
    'SELECT id * 2 + i AS id, unnest(vs) AS e FROM (SELECT id, vs, 0 AS i FROM nested WHERE id < 1000)',
  'a value of a map': "SELECT id, MAP {'a': v, 'b': v}['b'] AS e FROM vectors",
  'a union': 'SELECT id, union_value(v := v).v AS e FROM vectors',
  'the probe side of a join': 'SELECT vectors.id, v AS e FROM vectors JOIN few ON few.part = vectors.id % 50',
  'the build side of a join': `SELECT r.i AS id, v AS e FROM range(${3 * n}) AS r (i) JOIN vectors ON vectors.id = r.i % ${n}`,
  'the padded side of a LEFT JOIN':
    'SELECT r.i AS id, v AS e FROM range(20000) AS r (i) LEFT JOIN vectors ON vectors.id = r.i * 7',
  'a filter that keeps few rows': 'SELECT id, v AS e FROM vectors WHERE hash(id) % 10 = 3',
  'a filter that keeps most rows': 'SELECT id, v AS e FROM vectors WHERE hash(id) % 10 <> 3',
  'a UNION ALL of lists and arrays': `SELECT id, v AS e FROM vectors UNION ALL SELECT id + ${n}, v::FLOAT[${d}] FROM vectors`,
  'a constant': 'SELECT id, (SELECT v FROM vectors WHERE id = 17) AS e FROM vectors',
  'a literal': 'SELECT id, [0.5, 0.25, 0.125, 0.75, 0.1, 0.9, 0.3, 0.6] AS e FROM vectors',
  'a CASE of two columns': 'SELECT id, CASE WHEN id % 2 = 0 THEN v ELSE list_reverse(v) END AS e FROM vectors',
  'coalesce()': 'SELECT id, coalesce(CASE WHEN id % 2 = 0 THEN v END, long[1:8]) AS e FROM vectors',
  'ORDER BY and LIMIT': 'SELECT id, v AS e FROM vectors ORDER BY hash(id) LIMIT 3000 OFFSET 100',
  'a sample': 'SELECT id, v AS e FROM vectors USING SAMPLE reservoir(500 ROWS) REPEATABLE (1)',
  'DISTINCT ON': 'SELECT DISTINCT ON (id % 100) id, v AS e FROM vectors ORDER BY id % 100, id',
  'lag() over a window': 'SELECT id, lag(v) OVER (ORDER BY id) AS e FROM vectors',
  'a recursive CTE':
    'WITH RECURSIVE steps AS (SELECT 0 AS id, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]::FLOAT[] AS e UNION ALL SELECT id + 1, list_reverse(e) FROM steps WHERE id < 20) FROM steps',
  doubles: 'SELECT id, v::DOUBLE[] AS e FROM vectors',
  'a slice of doubles': `SELECT id, (long::DOUBLE[])[2:${d + 1}] AS e FROM vectors`,
  decimals: 'SELECT id, v::DECIMAL(9, 6)[] AS e FROM vectors',
  integers: 'SELECT id, list_transform(v, lambda x: (x * 100)::INTEGER) AS e FROM vectors',
};

const db = await open(':memory:', { threads: 2 });
// Whole hundredths: the squares of distances are exact in FLOAT and DOUBLE, but for ties, which the reference breaks alike.
await db.connection.run(`
  CREATE TABLE vectors AS
  SELECT i AS id,
    list_transform(range(${d}), lambda c: (hash(i, c) % 100 / 100)::FLOAT) AS v,
    list_transform(range(${2 * d}), lambda c: (hash(i, c, 1) % 100 / 100)::FLOAT) AS long
  FROM range(${n}) AS t (i);
  CREATE TABLE structs AS SELECT id, {'x': 'some text', 'v': v, 'y': id} AS s FROM vectors;
  CREATE TABLE nested AS SELECT id, [v, long[1:${d}]] AS vs FROM vectors;
  CREATE TABLE few AS SELECT range AS part FROM range(0, 50, 7);
  SET VARIABLE centroids = (SELECT list(long[1:${d}] ORDER BY id) FROM vectors WHERE id < ${k});
`);

for (const [name, sql] of Object.entries(sources)) {
  test(`native functions read embeddings from ${name}`, async () => {
    const centroids = "getvariable('centroids')";
    const [row] = await db.query(`
      WITH source AS (${sql}),
      found AS (
        SELECT e,
          nearest_centroid_index(e, ${centroids}) AS index,
          nearest_centroid_list(e, ${centroids}, 2) AS nearest,
          l2_normalize(e) AS unit,
          CASE WHEN e IS NOT NULL THEN list_transform(${centroids}, lambda c: list_distance(c::DOUBLE[], e::DOUBLE[]) ** 2) END AS distances
        FROM source
      )
      SELECT
        count(*) AS rows,
        count(*) FILTER (
          e IS NOT NULL AND (distances[index + 1] > list_min(distances) + 1e-5 OR index IS NULL)
          OR e IS NULL AND index IS NOT NULL
        ) AS wrong_index,
        count(*) FILTER (
          e IS NOT NULL AND NOT coalesce(
            nearest[1].index = index
            AND abs(nearest[1].distance - distances[index + 1]) < 1e-5 * greatest(1, distances[index + 1])
            AND abs(nearest[2].distance - list_sort(distances)[2]) < 1e-5 * greatest(1, distances[index + 1]), false)
          OR e IS NULL AND nearest IS NOT NULL
        ) AS wrong_list,
        count(*) FILTER (
          e IS NOT NULL AND NOT coalesce(list_distance(unit::DOUBLE[], list_transform(e::DOUBLE[],
            lambda x: x / sqrt(list_inner_product(e::DOUBLE[], e::DOUBLE[])))) < 1e-5, false)
          OR e IS NULL AND unit IS NOT NULL
        ) AS wrong_unit
      FROM found`);
    assert.ok(Number(row?.rows) > 0);
    assert.deepEqual({ ...row, rows: 0n }, { rows: 0n, wrong_index: 0n, wrong_list: 0n, wrong_unit: 0n });
  });

  test(`native aggregates read embeddings from ${name}`, async () => {
    const [row] = await db.query(`
      WITH source AS (${sql}),
      sums AS (SELECT i, avg(x) AS mean FROM (SELECT unnest(e::DOUBLE[]) AS x, generate_subscripts(e::DOUBLE[], 1) AS i FROM source WHERE e IS NOT NULL) GROUP BY i)
      SELECT
        vector_mean(e) AS mean,
        (SELECT list(mean ORDER BY i) FROM sums) AS expected,
        kmeans_step(e, [[0.4 FOR x IN range(${d})]]).centroids[1] AS step
      FROM source`);
    const expected = row?.expected as number[];
    for (const mean of [row?.mean, row?.step] as number[][]) {
      assert.equal(mean.length, d);
      for (const [i, x] of mean.entries())
        assert.ok(Math.abs(x - (expected[i] as number)) < 1e-4 * Math.max(1, Math.abs(x)));
    }
    const [trained] = await db
      .query(
        `SELECT (SELECT kmeans(e, 2, 3) FROM (${sql}) WHERE true)
        = (SELECT kmeans(e, 2, 3) FROM (SELECT list_transform(e::FLOAT[], lambda x: x) AS e FROM (${sql}))) AS same`,
      )
      .catch((error) => [{ same: /at least k = 2 distinct/.test(String(error)) }]);
    assert.equal(trained?.same, true);
  });
}

test('native functions give NULL for a constant NULL, and aggregates skip it', async () => {
  const [row] = await db.query(`
    SELECT
      count(nearest_centroid_index(NULL::FLOAT[], getvariable('centroids'))) AS indexes,
      count(nearest_centroid_list(NULL::FLOAT[], getvariable('centroids'), 2)) AS lists,
      count(l2_normalize(NULL::FLOAT[])) AS units,
      vector_mean(NULL::FLOAT[]) AS mean
    FROM vectors`);
  assert.deepEqual(row, { indexes: 0n, lists: 0n, units: 0n, mean: null });
});

test('native functions read a dictionary of embeddings', async () => {
  const [row] = await db.query(`
    WITH base AS MATERIALIZED (FROM vectors ORDER BY id LIMIT 40)
    SELECT count(*) AS rows, count(*) FILTER (nearest_centroid_index(v, getvariable('centroids')) <> i) AS wrong
    FROM range(10000) AS r (j)
    JOIN (SELECT id, v, nearest_centroid_index(v, getvariable('centroids')) AS i FROM base) ON id = j % 40
    WHERE j % 3 > 0`);
  assert.deepEqual(row, { rows: 6666n, wrong: 0n });
});
