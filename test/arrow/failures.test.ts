import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  type Data,
  type DataType,
  DateMillisecond,
  Duration,
  Field,
  FixedSizeList,
  Float32,
  Int32,
  Map_,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Timestamp,
  TimeUnit,
  tableFromIPC,
} from 'apache-arrow';
import { arrowBatches, insertArrow, queryArrow, writeArrow } from '../../src/arrow/index.ts';
import { open } from '../../src/index.ts';
import { commandFile, ducktopics, ended } from '../support/command.ts';
import { errorLine } from '../support/error-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { everyType } from './every-type.ts';

const folder = temporaryFolder();
const db = await open();
after(() => db.close());
await db.connection.run(everyType(60));
const failing = "SELECT CASE WHEN i = 900_000 THEN error('boom') ELSE i END AS i FROM range(1_000_000) AS r(i)";
const columns = 'id, boolean, decimal9, varchar, enum, near, embedding, struct, map';
const endMark = Buffer.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

test('a query that fails after its first rows throws its error after them', async () => {
  let rows = 0;
  const reading = async () => {
    for await (const batch of arrowBatches(db.connection, failing)) rows += batch.numRows;
  };
  assert.equal(await errorLine(reading()), 'boom');
  assert.ok(rows > 0 && rows < 1_000_000);
  assert.deepEqual(await db.query('SELECT 1 AS one'), [{ one: 1 }]);
});

test('a query that fails in a transaction says so, and that the transaction is aborted', async () => {
  await db.connection.run('BEGIN');
  assert.match(
    await errorLine(queryArrow(db.connection, failing)),
    /^the query failed after \d+ rows, and its transaction is aborted$/,
  );
  await db.connection.run('ROLLBACK');
});

test('another statement on the connection ends a result with an error', async () => {
  const reading = async () => {
    for await (const _ of arrowBatches(db.connection, 'FROM range(3_000_000)')) await db.query('SELECT 1');
  };
  assert.match(await errorLine(reading()), /^the result broke off after \d+ rows$/);
});

test('an interrupt ends a result, and the query is not run again', async () => {
  const reading = async () => {
    for await (const _ of arrowBatches(db.connection, 'FROM range(10_000_000_000)')) db.connection.interrupt();
  };
  assert.match(await errorLine(reading()), /Interrupted/);
});

test('a result that is left early leaves the connection free', async () => {
  for await (const _ of arrowBatches(db.connection, 'FROM range(3_000_000)')) break;
  await db.connection.run('CREATE TABLE free AS SELECT 1; CHECKPOINT');
});

test('query --format arrow writes a stream, and one without its end mark where the query fails', async () => {
  const path = join(folder, 'whole.arrows');
  const whole = await shell(`query "SELECT 42 AS answer" --format arrow > ${path}`);
  assert.equal(whole.code, 0);
  assert.ok(readFileSync(path).subarray(-8).equals(endMark));
  assert.equal(tableFromIPC(readFileSync(path)).get(0)?.answer, 42);

  const cut = await shell(`query "${failing}" --format arrow > ${path}`);
  assert.notEqual(cut.code, 0);
  assert.match(cut.stderr, /boom/);
  assert.ok(readFileSync(path).byteLength > 1_000_000);
  assert.ok(!readFileSync(path).subarray(-8).equals(endMark));
  assert.match(await errorLine(db.query(`FROM read_arrow('${path}')`)), /it was cut short$/);
});

test('query --format arrow writes the last result of several statements, or nothing', async () => {
  const path = join(folder, 'several.arrows');
  await shell(`query "CREATE TABLE t AS SELECT 1 AS a; FROM t; CREATE TABLE u AS FROM t" --format arrow > ${path}`);
  assert.equal(tableFromIPC(readFileSync(path)).get(0)?.a, 1);
  const none = await shell(`query "CREATE TABLE t AS SELECT 1 AS a" --format arrow > ${path}`);
  assert.equal(none.code, 0);
  assert.equal(readFileSync(path).byteLength, 0);
  const wrong = await ducktopics(['query', 'SELECT\n  nope', '--format', 'arrow']);
  assert.match(wrong.stderr, /LINE 2: {3}nope/);
});

test('query --format arrow refuses a terminal', async () => {
  // script(1) gives the command a terminal.
  const { code, stdout } = await run('script', [
    '-qec',
    `${process.execPath} ${commandFile} query 'SELECT 1' --format arrow`,
    '/dev/null',
  ]);
  assert.notEqual(code, 0);
  assert.match(stdout, /invalid format: arrow is not text, and standard output is a terminal/);
  assert.match(stdout, /--format arrow > result\.arrows/);
});

for (const format of ['stream', 'file'] as const) {
  test(`read_arrow(path) refuses every beginning of a ${format}, and survives damage`, async () => {
    const path = join(folder, `damaged.${format}`);
    await writeArrow(db.connection, `SELECT ${columns} FROM every_type`, path, { format });
    const whole = readFileSync(path);
    const read = `SELECT count(*), count(COLUMNS(*)) FROM read_arrow('${path}')`;
    for (let length = whole.byteLength - 1; length >= 0; length -= 1 + Math.floor(length / 20)) {
      writeFileSync(path, whole.subarray(0, length));
      assert.match(await errorLine(db.query(read)), /^read_arrow: .*expected /, `${length} bytes`);
    }
    // Other bytes give other values or an error, and never the end of the process.
    for (let n = 0; n < 120; n++) {
      const bytes = Buffer.from(whole);
      const at = (n * 19_937) % bytes.byteLength;
      bytes[at] = (bytes[at] as number) ^ (1 << (n % 8));
      bytes[(at * 31) % bytes.byteLength] = 0xff;
      writeFileSync(path, bytes);
      await db.query(`CREATE OR REPLACE TEMP TABLE maybe AS FROM read_arrow('${path}')`).catch(() => {});
    }
    writeFileSync(path, whole);
    assert.equal((await db.query(read)).length, 1);
  });
}

test('read_arrow(path) tells what is wrong with a path', async () => {
  const text = join(folder, 'text.arrow');
  writeFileSync(text, 'id,text\n1,hello\n');
  const empty = join(folder, 'empty.arrow');
  writeFileSync(empty, '');
  mkdirSync(join(folder, 'inner'));
  const errors = {
    [`'${folder}/missing.arrow'`]: `read_arrow: ${folder}/missing.arrow: no such file`,
    [`'${folder}/inner'`]: `read_arrow: ${folder}/inner: expected a file, got a folder`,
    "'/dev/null'": 'read_arrow: /dev/null: expected a file, got a pipe or a device',
    [`'${text}'`]: `read_arrow: ${text}: expected Arrow IPC, got something else`,
    [`'${empty}'`]: `read_arrow: ${empty}: expected the end mark, got the end of the file: it was cut short`,
    NULL: 'read_arrow: expected a value, got NULL',
  };
  for (const [argument, message] of Object.entries(errors)) {
    assert.equal(await errorLine(db.query(`FROM read_arrow(${argument})`)), message);
  }
});

test('types and names that DuckDB cannot have are refused, and the database lives on', async () => {
  const field = (name: string, type: DataType) => new Field(name, type, true);
  const integer = () => makeData({ type: new Int32(), data: Int32Array.of(1) });
  const insert = (fields: Field[], children: Data[]) => {
    const schema = new Schema(fields);
    const data = makeData({ type: new Struct(schema.fields), length: 1, nullCount: 0, children });
    return errorLine(insertArrow(db.connection, [new RecordBatch(schema, data)], 'refused'));
  };
  const struct = (names: string[]) => {
    const type = new Struct(names.map((name) => field(name, new Int32())));
    return insert([field('s', type)], [makeData({ type, length: 1, nullCount: 0, children: names.map(integer) })]);
  };
  const array = (size: number) => {
    const type = new FixedSizeList(size, field('item', new Float32()));
    const child = makeData({ type: new Float32(), data: new Float32Array(size) });
    return insert([field('v', type)], [makeData({ type, length: 1, nullCount: 0, child })]);
  };
  assert.equal(await insert([], []), 'insertArrow: expected at least 1 column, got 0');
  assert.equal(
    await insert([field('', new Int32())], [integer()]),
    'insertArrow: expected a name for every column and field, got none',
  );
  const twice = [field('a', new Int32()), field('A', new Int32())];
  assert.match(await insert(twice, [integer(), integer()]), /duplicate column name/);
  assert.match(await struct(['a', 'A']), /^insertArrow: unknown type: Struct/);
  assert.match(await struct(['']), /got none$/);
  assert.match(await struct([]), /^insertArrow: unknown type: Struct<\{\}> of column s$/);
  const entries = new Struct(['key', 'value', 'more'].map((name) => field(name, new Int32())));
  const map = new Map_(field('entries', entries) as never);
  const child = makeData({ type: entries, length: 1, nullCount: 0, children: [integer(), integer(), integer()] });
  const mapped = makeData({ type: map, length: 1, nullCount: 0, valueOffsets: Int32Array.of(0, 1), child });
  assert.match(await insert([field('m', map)], [mapped]), /^insertArrow: unknown type: Map<.*> of column m$/);
  assert.match(await array(0), /^insertArrow: unknown type: FixedSizeList\[0\]<Float32> of column v$/);
  assert.match(await array(100_000), /^insertArrow: unknown type: FixedSizeList\[100000\]<Float32> of column v$/);
  assert.deepEqual(await db.query('SELECT 1 AS one'), [{ one: 1 }]);
});

test('times that the other side cannot hold are refused, and what lies under a NULL is not looked at', async () => {
  const far = BigInt64Array.of(1n, 2n ** 62n);
  const insert = (type: DataType, nullBitmap?: Uint8Array) => {
    const schema = new Schema([new Field('t', type, true)]);
    const nullCount = nullBitmap === undefined ? 0 : 1;
    const column = makeData({ type, length: 2, nullCount, nullBitmap, data: far } as never) as Data;
    const data = makeData({ type: new Struct(schema.fields), length: 2, nullCount: 0, children: [column] });
    return insertArrow(db.connection, [new RecordBatch(schema, data)], 'far_times', { mode: 'replace' });
  };
  for (const type of [new Timestamp(TimeUnit.SECOND, 'UTC'), new DateMillisecond(), new Duration(TimeUnit.SECOND)]) {
    assert.match(await errorLine(insert(type)), /^insertArrow: expected a date, time or duration that DuckDB can hold/);
    assert.equal(await insert(type, Uint8Array.of(0b01)), 2);
    assert.deepEqual(await db.query('SELECT count(*) AS n FROM far_times WHERE t IS NULL'), [{ n: 1n }]);
  }
  const long = 'SELECT CASE WHEN i = $1 THEN to_hours(3_000_000) END AS long FROM range(3) AS r(i)';
  assert.match(await errorLine(queryArrow(db.connection, long, [1])), /^invalid interval: expected at most 292 years/);
  assert.equal((await queryArrow(db.connection, long, [3])).getChild('long')?.nullCount, 3);
});

test('read_arrow(path) notices a file that changes between preparing and running', async () => {
  const path = join(folder, 'changing.arrows');
  await writeArrow(db.connection, 'FROM range(10)', path);
  const prepared = await db.connection.prepare(`FROM read_arrow('${path}')`);
  utimesSync(path, 1, 1);
  truncateSync(path, 100);
  assert.match(await errorLine(prepared.run()), /changed while it was read|cut short/);
});

/** Runs `ducktopics` in a shell, which opens the file that it writes to. */
async function shell(command: string) {
  return run('sh', ['-c', `${process.execPath} ${commandFile} ${command}`]);
}

function run(program: string, args: string[]) {
  const child = spawn(program, args);
  child.stdin.end();
  return ended(child);
}
