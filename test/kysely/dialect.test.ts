import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { arrayValue, DuckDBDateValue, DuckDBDecimalValue, listValue, mapValue } from '@duckdb/node-api';
import { Kysely, sql } from 'kysely';
import { open } from '../../src/index.ts';
import { DuckTopicsDialect } from '../../src/kysely/index.ts';

interface Tables {
  numbers: { n: bigint; word: string | null; embedding: number[] | null };
  typed: Record<string, unknown>;
}

const duck = await open();
const db = new Kysely<Tables>({ dialect: new DuckTopicsDialect(duck, { connections: 2 }) });
await db.schema
  .createTable('numbers')
  .addColumn('n', 'bigint')
  .addColumn('word', 'varchar')
  .addColumn('embedding', sql`FLOAT[2]`)
  .execute();
after(async () => {
  await db.destroy();
  duck.close();
});

test('insert, update and delete tell how many rows they changed', async () => {
  const rows = [
    { n: 1n, word: 'one', embedding: [1, 0] },
    { n: 2n, word: "t'wo", embedding: [0.5, 2] },
    { n: 3n, word: null, embedding: null },
  ];
  assert.equal((await db.insertInto('numbers').values(rows).executeTakeFirst()).numInsertedOrUpdatedRows, 3n);
  assert.deepEqual(await db.selectFrom('numbers').selectAll().orderBy('n').execute(), rows);
  const updated = await db.updateTable('numbers').set({ word: 'uno' }).where('n', '=', 1n).executeTakeFirst();
  assert.equal(updated.numUpdatedRows, 1n);
  assert.equal((await db.deleteFrom('numbers').where('n', '>', 2n).executeTakeFirst()).numDeletedRows, 1n);
});

test('a query with one row and one column named count gives that row', async () => {
  const count = db.selectFrom('numbers').select(({ fn }) => fn.countAll<bigint>().as('count'));
  assert.deepEqual(await count.execute(), [{ count: 2n }]);
  const upper = db.selectFrom('numbers').select(({ fn }) => fn.countAll<bigint>().as('Count'));
  assert.deepEqual(await upper.execute(), [{ Count: 2n }]);
});

test('insert with returning gives the rows', async () => {
  const row = { n: 9n, word: 'nine', embedding: null };
  assert.deepEqual(await db.insertInto('numbers').values(row).returning(['n', 'word']).execute(), [
    { n: 9n, word: 'nine' },
  ]);
  await db.deleteFrom('numbers').where('n', '=', 9n).execute();
});

test('parameters of every kind come back as they were', async () => {
  const values = {
    whole: 7,
    large: 2 ** 40,
    fraction: 0.25,
    bigint: 2n ** 62n,
    huge: 2n ** 100n,
    text: `quotes ' " and \\ and 🦆`,
    flag: true,
    nothing: null,
    time: new Date('2024-02-29T12:34:56.789Z'),
    bytes: Uint8Array.of(0, 39, 255),
    list: [1, 2.5, null],
    texts: ['a', null],
    lists: [[1], [2, 3]],
    struct: { a: 1, b: ['x'] },
  };
  const columns = Object.entries(values).map(([name, value]) => sql`${value}`.as(name));
  const row = await db.selectNoFrom(columns).executeTakeFirstOrThrow();
  const { large, bytes, ...rest } = row as typeof values;
  const { large: wantedLarge, bytes: wantedBytes, ...wanted } = values;
  assert.deepEqual(rest, wanted);
  assert.equal(Number(large), wantedLarge);
  assert.deepEqual([...bytes], [...wantedBytes]);
});

test("DuckDB's own values are parameters as they are, in arrays and objects too", async () => {
  const [date, decimal] = [new DuckDBDateValue(19_000), new DuckDBDecimalValue(12_345n, 10, 2)];
  const typeOf = async (value: unknown) => {
    const { rows } = await sql<{ text: string }>`SELECT typeof(${value}) || ' ' || ${value}::VARCHAR AS text`.execute(
      db,
    );
    return rows[0]?.text;
  };
  assert.equal(await typeOf(date), 'DATE 2022-01-08');
  assert.equal(await typeOf([null, date]), 'DATE[] [NULL, 2022-01-08]');
  assert.equal(await typeOf([[decimal]]), 'DECIMAL(10,2)[][] [[123.45]]');
  assert.equal(
    await typeOf({ day: date, sum: decimal, near: listValue([0.5]), vector: arrayValue([1, 2]) }),
    'STRUCT("day" DATE, sum DECIMAL(10,2), near DOUBLE[], vector DOUBLE[2]) ' +
      "{'day': 2022-01-08, 'sum': 123.45, 'near': [0.5], 'vector': [1.0, 2.0]}",
  );
  await assert.rejects(typeOf([mapValue([])]), /invalid parameter: \{\} in a list or an object/);
});

test('a float32 array is a parameter for an embedding', async () => {
  const given = sql<number[]>`l2_normalize(${Float32Array.of(3, 4)})`.as('unit');
  const { unit } = await db.selectNoFrom(given).executeTakeFirstOrThrow();
  assert.deepEqual(unit.map(Math.fround), [0.6, 0.8].map(Math.fround));
});

test('a transaction that throws leaves nothing', async () => {
  await assert.rejects(
    db.transaction().execute(async (trx) => {
      await trx.insertInto('numbers').values({ n: 50n, word: null, embedding: null }).execute();
      throw new Error('changed my mind');
    }),
    /changed my mind/,
  );
  assert.deepEqual(await db.selectFrom('numbers').select('n').where('n', '=', 50n).execute(), []);
});

test('a COMMIT that fails throws its own error, and the connection serves on', async () => {
  await sql`CREATE TABLE keys (id INTEGER PRIMARY KEY)`.execute(db);
  const other = new Kysely<Tables>({ dialect: new DuckTopicsDialect(duck) });
  await assert.rejects(
    db.transaction().execute(async (trx) => {
      await sql`INSERT INTO keys VALUES (1)`.execute(trx);
      await sql`INSERT INTO keys VALUES (1)`.execute(other);
    }),
    /Failed to commit.*duplicate key/s,
  );
  assert.equal((await sql`FROM keys`.execute(db)).rows.length, 1);
  await other.destroy();
});

test('queries that wait for a connection fail with those that cannot get one', async () => {
  const closed = await open();
  const other = new Kysely<Tables>({ dialect: new DuckTopicsDialect(closed, { connections: 1 }) });
  closed.close();
  const results = await Promise.allSettled([1, 2, 3].map(() => sql`SELECT 1`.execute(other)));
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  );
  await other.destroy();
});

test('more queries at once than connections wait for each other', async () => {
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, n) => db.selectNoFrom(sql<number>`${n}`.as('n')).executeTakeFirstOrThrow()),
  );
  assert.deepEqual(
    results.map(({ n }) => n),
    Array.from({ length: 20 }, (_, n) => n),
  );
});

test('queries use connections again, so that a temporary table is there for the next one', async () => {
  await sql`CREATE TEMP TABLE kept AS SELECT 1 AS one`.execute(db);
  assert.deepEqual((await sql`FROM kept`.execute(db)).rows, [{ one: 1 }]);
});

test('stream() gives all rows, and throws the error of a query that fails half-way', async () => {
  let streamed = 0;
  for await (const _ of db.selectFrom(sql<{ i: bigint }>`range(10_000)`.as('r')).selectAll().stream()) streamed++;
  assert.equal(streamed, 10_000);
  const failing = sql<{
    i: bigint;
  }>`(SELECT CASE WHEN range = 900_000 THEN error('boom') END AS e FROM range(1_000_000))`;
  await assert.rejects(async () => {
    for await (const _ of db.selectFrom(failing.as('r')).selectAll().stream());
  }, /boom/);
});

test("DuckDB's error is thrown, and the connection serves on", async () => {
  await assert.rejects(sql`SELECT nope`.execute(db), /Binder Error: Referenced column "nope"/);
  assert.equal((await sql`SELECT 1`.execute(db)).rows.length, 1);
});

test('tableMappings let SQL stand for a table', async () => {
  const mapped = new Kysely<{ series: { range: bigint } }>({
    dialect: new DuckTopicsDialect(duck, { tableMappings: { series: 'range(3)' } }),
  });
  assert.equal((await mapped.selectFrom('series').selectAll().execute()).length, 3);
  await mapped.destroy();
});

test('destroy() leaves the database open', async () => {
  const other = new Kysely<Tables>({ dialect: new DuckTopicsDialect(duck) });
  await other.selectFrom('numbers').selectAll().execute();
  await other.destroy();
  assert.equal((await duck.query('FROM numbers')).length, 2);
});

test('destroy() waits for the queries that run', async () => {
  const other = new Kysely<Tables>({ dialect: new DuckTopicsDialect(duck, { connections: 1 }) });
  await other.selectFrom('numbers').selectAll().execute();
  const sums = [1, 2].map((n) =>
    sql<{ s: bigint }>`SELECT sum(range + ${n})::BIGINT AS s FROM range(3000000)`.execute(other),
  );
  await new Promise((resolve) => setTimeout(resolve, 5));
  await other.destroy();
  assert.equal((await Promise.all(sums)).length, 2);
});

test('connections below 1 are refused', () => {
  assert.throws(
    () => new Kysely({ dialect: new DuckTopicsDialect(duck, { connections: 0 }) }),
    /invalid connections: 0, expected a whole number of at least 1/,
  );
});
