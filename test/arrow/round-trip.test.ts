import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';
import {
  type Data,
  type DataType,
  Field,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  tableFromArrays,
  tableFromIPC,
  tableToIPC,
} from 'apache-arrow';
import { arrowBatches, arrowStream, insertArrow, queryArrow, writeArrow } from '../../src/arrow/index.ts';
import { type DuckTopics, open } from '../../src/index.ts';
import { errorLine } from '../support/error-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { everyType } from './every-type.ts';

const folder = temporaryFolder();
const db = await open();
after(() => db.close());
await db.connection.run(everyType(5000));

/** How many rows of two tables are not in the other; NULLs are the same. */
async function differences(a: string, b: string, on: DuckTopics = db): Promise<number> {
  const [row] = await on.query<{ n: bigint }>(
    `SELECT count(*) AS n FROM ((FROM ${a} EXCEPT ALL FROM ${b}) UNION ALL (FROM ${b} EXCEPT ALL FROM ${a}))`,
  );
  return Number(row?.n);
}

async function typesOf(table: string): Promise<string[]> {
  const rows = await db.query<{ column_type: string }>(`DESCRIBE ${table}`);
  return rows.map(({ column_type }) => column_type);
}

for (const format of ['stream', 'file'] as const) {
  test(`writeArrow() and read_arrow(path) keep every type and NULL, in the form of a ${format}`, async () => {
    const path = join(folder, `types.${format}`);
    assert.equal(await writeArrow(db.connection, 'FROM every_type', path, { format }), 5000);
    await db.connection.run(`CREATE OR REPLACE TABLE back AS FROM read_arrow('${path}')`);
    assert.equal(await differences('every_type', 'back'), 0);
    // A dictionary of Arrow has the texts; DuckDB would have to know them before it reads the first row.
    const expected = (await typesOf('every_type')).map((type) => type.replaceAll(/ENUM\([^)]*\)/g, 'VARCHAR'));
    assert.deepEqual(await typesOf('back'), expected);
  });
}

test('insertArrow() keeps every type and NULL, of a whole table and of a slice', async () => {
  const table = await queryArrow(db.connection, 'FROM every_type');
  assert.equal(await insertArrow(db.connection, table, 'inserted', { mode: 'replace' }), 5000);
  assert.equal(await differences('every_type', 'inserted'), 0);
  assert.equal(await insertArrow(db.connection, table.slice(2101, 4333), 'slice', { temporary: true }), 2232);
  assert.equal(await differences('(FROM every_type LIMIT 2232 OFFSET 2101)', 'slice'), 0);
});

test('fields keep their names and places, also where those are numbers', async () => {
  const struct = `{'name': 'n' || i, '0': i::INTEGER, '__proto__': i * 0.5::DOUBLE, '-1': i}`;
  await db.connection.run(`CREATE TABLE numbered AS SELECT ${struct} AS s, [${struct}] AS l FROM range(3000) AS r(i)`);
  const path = join(folder, 'numbered.arrows');
  await writeArrow(db.connection, 'FROM numbered', path);
  await db.connection.run(`CREATE TABLE numbered_back AS FROM read_arrow('${path}')`);
  assert.deepEqual(await typesOf('numbered_back'), await typesOf('numbered'));
  assert.equal(await differences('numbered', 'numbered_back'), 0);
});

test('insertArrow() takes batches, creates, replaces and appends by name', async () => {
  const rows = tableFromArrays({ id: BigInt64Array.of(1n, 2n), text: ['a', null] });
  assert.equal(await insertArrow(db.connection, rows.batches, 'we"ird'), 2);
  assert.match(await errorLine(insertArrow(db.connection, rows, 'we"ird')), /already exists/);
  const swapped = tableFromArrays({ text: ['c'], id: Int32Array.of(3) });
  assert.equal(await insertArrow(db.connection, swapped, 'we"ird', { mode: 'append' }), 1);
  assert.deepEqual(await db.query('FROM "we""ird"'), [
    { id: 1n, text: 'a' },
    { id: 2n, text: null },
    { id: 3n, text: 'c' },
  ]);
  await db.connection.run('CREATE SCHEMA other');
  assert.equal(await insertArrow(db.connection, rows, 't', { schema: 'other', mode: 'replace' }), 2);
  assert.equal((await db.query('FROM other.t')).length, 2);
});

test('insertArrow() takes batches whose dictionaries or nullability differ, and refuses other columns', async () => {
  const named = (name: string) => queryArrow(db.connection, `SELECT '${name}'::ENUM ('x', '${name}') AS name, 1 AS n`);
  const [a, b, c] = [await named('a'), await named('b'), await named('c')];
  assert.equal(await insertArrow(db.connection, [...a.batches, ...b.batches, ...c.batches], 'mixed'), 3);
  assert.deepEqual(await db.query('SELECT name FROM mixed ORDER BY name'), [
    { name: 'a' },
    { name: 'b' },
    { name: 'c' },
  ]);

  const numbers = (type: DataType, data: Int32Array | BigInt64Array, nullable: boolean) => {
    const schema = new Schema([new Field('n', type, nullable)]);
    const children = [makeData({ type, data } as never)] as Data[];
    return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: 2, nullCount: 0, children }));
  };
  const first = numbers(new Int32(), Int32Array.of(1, 2), true);
  const second = numbers(new Int32(), Int32Array.of(3, 4), false);
  assert.equal(await insertArrow(db.connection, [first, second, first], 'nullability'), 6);
  assert.deepEqual(await db.query('SELECT sum(n)::INTEGER AS sum FROM nullability'), [{ sum: 13 }]);
  const wide = numbers(new Int64(), BigInt64Array.of(5n, 6n), true);
  const expected = 'insertArrow: expected batches of one schema, got n BIGINT after n INTEGER';
  assert.equal(await errorLine(insertArrow(db.connection, [first, wide], 'refused')), expected);
  assert.match(
    await errorLine(insertArrow(db.connection, [first, ...a.batches], 'refused')),
    /expected batches of one schema, got one with 2 columns after 1$/,
  );
});

test('insertArrow() asks an iterable for one batch after the other, and throws what it throws', async () => {
  const [batch] = tableFromArrays({ n: Int32Array.of(1, 2) }).batches as [RecordBatch];
  let asked = 0;
  let ended = 0;
  function* batches(count: number, failure?: Error) {
    try {
      for (; asked < count; asked++) yield batch;
      if (failure) throw failure;
    } finally {
      ended++;
    }
  }
  assert.equal(await insertArrow(db.connection, batches(50), 'lazy'), 100);
  asked = 0;
  const failure = new Error('the source is gone');
  await assert.rejects(insertArrow(db.connection, batches(5, failure), 'gone'), failure);
  asked = 0;
  assert.match(await errorLine(insertArrow(db.connection, batches(5), 'lazy')), /already exists/);
  assert.ok(asked <= 1);
  assert.equal(ended, 3);
  assert.match(await errorLine(db.query('FROM gone')), /gone does not exist/);
});

test('insertArrow() in a transaction leaves other connections free to do the same', async () => {
  const rows = tableFromArrays({ id: Int32Array.of(1, 2) });
  await using fresh = await open();
  await fresh.connection.run('BEGIN');
  await insertArrow(fresh.connection, rows, 'one');
  assert.equal(await insertArrow(await fresh.connect(), rows, 'other'), 2);
  await fresh.connection.run('COMMIT');
});

test('insertArrow() is part of a transaction, and leaves nothing where it fails', async () => {
  await db.connection.run('CREATE TABLE narrow (id UTINYINT); BEGIN');
  const rows = tableFromArrays({ id: Int32Array.of(1, 2) });
  await insertArrow(db.connection, rows, 'narrow', { mode: 'append' });
  await db.connection.run('ROLLBACK');
  assert.deepEqual(await db.query('FROM narrow'), []);
  const large = tableFromArrays({ id: Int32Array.from({ length: 5000 }, (_, i) => i) });
  assert.match(await errorLine(insertArrow(db.connection, large, 'narrow', { mode: 'append' })), /256|out of range/);
  assert.deepEqual(await db.query('FROM narrow'), []);
  assert.match(
    await errorLine(insertArrow(db.connection, [], 'narrow')),
    /missing rows: expected at least 1 record batch/,
  );
  const mode = 'upsert' as 'append';
  assert.match(await errorLine(insertArrow(db.connection, rows, 'narrow', { mode })), /invalid mode: upsert, expected/);
});

test('an IPC stream is what apache-arrow reads, and comes back from it', async () => {
  const bytes = await buffer(arrowStream(db.connection, 'FROM every_type'));
  const table = tableFromIPC(bytes);
  assert.equal(table.numRows, 5000);
  assert.equal(table.get(1)?.varchar, 'message number 1');
  assert.equal(await insertArrow(db.connection, tableFromIPC(tableToIPC(table)), 'again'), 5000);
  assert.equal(await differences('every_type', 'again'), 0);
});

test('rows come in the order of the query, in batches, with parameters', async () => {
  let next = 299_999n;
  let batches = 0;
  for await (const batch of arrowBatches(db.connection, 'FROM range(300_000) AS r(i) WHERE i >= $1 ORDER BY i DESC', [
    5n,
  ])) {
    batches++;
    for (const value of batch.getChildAt(0)?.toArray() ?? []) assert.equal(value, next--);
  }
  assert.equal(next, 4n);
  assert.ok(batches > 1);
});

test('a query without rows gives its columns', async () => {
  const table = await queryArrow(db.connection, 'FROM every_type WHERE false');
  assert.equal(table.numRows, 0);
  assert.equal(table.schema.fields.length, (await typesOf('every_type')).length);
  const path = join(folder, 'empty.arrows');
  assert.equal(await writeArrow(db.connection, 'FROM every_type WHERE false', path), 0);
  assert.deepEqual(await db.query(`SELECT id, near FROM read_arrow('${path}')`), []);
  assert.equal(await insertArrow(db.connection, table, 'empty'), 0);
});

test('types that Arrow lacks come as text, also inside others', async () => {
  const sql = `SELECT '00000000-0000-0000-0000-00000000002a'::UUID AS u, [1::UHUGEINT] AS l, {'t': '101'::BIT} AS s,
    MAP {1: TIMETZ '01:00:00+00'} AS m, '{"a": 1}'::JSON AS j`;
  const [row] = (await queryArrow(db.connection, sql)).toArray();
  assert.equal(row?.u, '00000000-0000-0000-0000-00000000002a');
  assert.equal(String(row?.l.get(0)), '1');
  assert.equal(row?.s.t, '101');
  assert.equal(row?.j, '{"a": 1}');
});

test('statements that are no query give their result as well', async () => {
  for (const sql of [
    'DESCRIBE every_type',
    'EXPLAIN SELECT 1',
    'VALUES (1)',
    'SELECT 1 -- a comment',
    'SELECT 1;',
    'SHOW TABLES',
  ]) {
    assert.ok((await queryArrow(db.connection, sql)).numRows > 0, sql);
  }
  const returned = await queryArrow(db.connection, 'INSERT INTO narrow VALUES (7) RETURNING id');
  assert.equal(returned.get(0)?.id, 7);
  await db.connection.run('SET preserve_insertion_order = false');
  assert.equal((await queryArrow(db.connection, 'FROM every_type')).numRows, 5000);
  await db.connection.run('SET preserve_insertion_order = true');
});

test('of several statements each is run once, and the last gives the rows', async () => {
  await db.connection.run('CREATE TABLE counted (n INTEGER)');
  const table = await queryArrow(
    db.connection,
    'INSERT INTO counted VALUES (1); INSERT INTO counted VALUES (2); FROM counted',
  );
  assert.deepEqual([...(table.getChild('n') ?? [])], [1, 2]);
  await queryArrow(db.connection, 'INSERT INTO counted VALUES (3); INSERT INTO counted VALUES ($1)', [4]);
  assert.equal((await db.query('FROM counted')).length, 4);
  const pivoted = await queryArrow(db.connection, 'PIVOT counted ON n USING count(*)');
  assert.deepEqual(pivoted.schema.names, ['1', '2', '3', '4']);
});

test('read_arrow(path) sees one connection as another, and its columns by name', async () => {
  const path = join(folder, "it's.arrows");
  await writeArrow(db.connection, 'SELECT id, varchar FROM every_type', path);
  const name = path.replaceAll("'", "''");
  const connection = await db.connect();
  const rows = await (
    await connection.run(`SELECT max(varchar) AS v, count(*) AS n FROM read_arrow('${name}')`)
  ).getRows();
  assert.deepEqual(rows, [['message number 999', 5000n]]);
  await connection.run(`CREATE TEMP VIEW stored AS FROM read_arrow('${name}')`);
  assert.deepEqual(
    await (await connection.run('SELECT id FROM stored WHERE varchar IS NULL LIMIT 1 OFFSET 1')).getRows(),
    [[6n]],
  );
  const joined = `SELECT count(*) FROM read_arrow('${name}') AS a JOIN read_arrow('${name}') AS b USING (id)`;
  assert.deepEqual(await (await connection.run(joined)).getRows(), [[5000n]]);
});

test('writeArrow() leaves no file where the query fails, and the earlier one as it was', async () => {
  const place = join(folder, 'failing');
  mkdirSync(place);
  const path = join(place, 'out.arrow');
  const failing = "SELECT CASE WHEN i = 900_000 THEN error('boom') ELSE i END AS i FROM range(1_000_000) AS r(i)";
  assert.match(await errorLine(writeArrow(db.connection, failing, path)), /boom/);
  assert.deepEqual(readdirSync(place), []);
  await writeArrow(db.connection, 'SELECT 1 AS one', path);
  assert.match(await errorLine(writeArrow(db.connection, failing, path)), /boom/);
  assert.deepEqual(readdirSync(place), ['out.arrow']);
  assert.deepEqual(await db.query(`FROM read_arrow('${path}')`), [{ one: 1 }]);
  assert.ok(!existsSync(`${path}.${process.pid}.tmp`));
});
