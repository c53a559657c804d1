import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tableFromIPC } from 'apache-arrow';
import { insertArrow, writeArrow } from '../../src/arrow/index.ts';
import { open } from '../../src/index.ts';
import { commandFile } from '../support/command.ts';
import { errorLine } from '../support/error-line.ts';
import { preparePython } from '../support/python.ts';
import { pythonPackage } from '../support/python-packages.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { everyType } from './every-type.ts';

/** Row 7 of every_type. */
const expectedValues = {
  id: 7,
  tinyint: 7,
  smallint: -493,
  integer: -493,
  bigint: -493_000_000_000_000,
  utinyint: 7,
  usmallint: 7,
  uinteger: 4_000_000_007,
  ubigint: '18000000000000000007',
  hugeint: '-49300000000000000000000000',
  float: 10.5,
  double: 7 / 3,
  decimal4: '-393',
  decimal9: '-123.25',
  decimal18: '-493000000000.000',
  decimal38: '-4930000000000000000000000.00',
  boolean: false,
  varchar: 'message number 7',
  short: 'ü🦆7',
  blob: "b'blob 7\\x00\\xff'",
  date: '1960-01-08',
  time: '01:02:03.456789',
  timestamp: '1960-01-08 00:00:00.123456',
  timestamp_s: '1960-01-08 00:00:01',
  timestamp_ms: '1960-01-08 00:00:00.123000',
  timestamp_ns: '1990-01-08 00:00:00.123456',
  timestamptz: '1960-01-08 00:00:00.123456+00:00',
  interval: 'MonthDayNano(months=7, days=7, nanoseconds=7000)',
  enum: 'green',
  list: [7, null, 8],
  texts: ['a7', null],
  lists: [[7], null, [7, null], []],
  embedding: [3.5, null, 7],
  struct: { a: 7, b: 'b7', c: [1, 2] },
  near: [{ cluster_id: 7, distance: 3.5 }, null],
  map: { k7: 7 },
  enums: ['y', null],
  arrays: [['x', null], null],
};

const python = await preparePython();
const skip = python.missing;
const folder = temporaryFolder();
const db = await open();
after(() => db.close());
let packages = '';

before(async () => {
  if (skip !== undefined) return;
  packages = await pythonPackage(python, 'pyarrow', '22.0.0');
  await db.connection.run(`SET TimeZone = 'UTC'; ${everyType(3000)}`);
});

/** Runs a script with pyarrow as `pa`, and the folder of the test as `folder`. */
async function run(script: string): Promise<string> {
  const start = `import json, sys\nsys.path.insert(0, sys.argv[1])\nimport pyarrow as pa\nfrom pyarrow import ipc\nfolder = sys.argv[2] + '/'\n`;
  return python.run(start + script, packages, folder);
}

const lists = `
def rows(table):
    return table.to_pylist(maps_as_pydicts='strict')
`;

/** The types that pyarrow finds in what we write. */
const pyarrowTypes = {
  id: 'int64',
  tinyint: 'int8',
  smallint: 'int16',
  integer: 'int32',
  bigint: 'int64',
  utinyint: 'uint8',
  usmallint: 'uint16',
  uinteger: 'uint32',
  ubigint: 'uint64',
  hugeint: 'decimal128(38, 0)',
  float: 'float',
  double: 'double',
  decimal4: 'decimal128(4, 0)',
  decimal9: 'decimal128(9, 2)',
  decimal18: 'decimal128(18, 3)',
  decimal38: 'decimal128(38, 2)',
  boolean: 'bool',
  varchar: 'string',
  short: 'string',
  blob: 'binary',
  date: 'date32[day]',
  time: 'time64[us]',
  timestamp: 'timestamp[us]',
  timestamp_s: 'timestamp[s]',
  timestamp_ms: 'timestamp[ms]',
  timestamp_ns: 'timestamp[ns]',
  timestamptz: 'timestamp[us, tz=UTC]',
  interval: 'month_day_nano_interval',
  enum: 'dictionary<values=string, indices=uint8, ordered=0>',
  list: 'list<item: int64>',
  texts: 'list<item: string>',
  lists: 'list<item: list<item: int64>>',
  embedding: 'fixed_size_list<item: float>[3]',
  struct: 'struct<a: int64, b: string, c: fixed_size_list<item: float>[2]>',
  near: 'list<item: struct<cluster_id: int32, distance: float>>',
  map: 'map<string, int64>',
  enums: 'list<item: dictionary<values=string, indices=uint8, ordered=0>>',
  arrays: 'list<item: fixed_size_list<item: string>[2]>',
};

for (const format of ['stream', 'file'] as const) {
  test(`pyarrow reads a ${format} with every type, and read_arrow(path) what pyarrow makes of it`, {
    skip,
  }, async () => {
    const path = join(folder, `ours.${format}`);
    await writeArrow(db.connection, 'FROM every_type', path, { format });
    // validate(full=True) checks offsets, dictionaries and text; batches of 1000 rows begin inside bytes of bits.
    const types = await run(`
table = ipc.open_${format}(folder + 'ours.${format}').read_all()
table.validate(full=True)
for form in ('stream', 'file'):
    with getattr(ipc, 'new_' + form)(folder + 'theirs.' + form, table.schema) as writer:
        writer.write_table(table.slice(0, 1501), max_chunksize=1000)
        writer.write_table(table.slice(1501), max_chunksize=777)
print(json.dumps({field.name: str(field.type) for field in table.schema}))`);
    assert.deepEqual(JSON.parse(types), pyarrowTypes);
    for (const form of ['stream', 'file']) {
      const [row] = await db.query<{ n: bigint }>(`SELECT count(*) AS n FROM (
        (FROM every_type EXCEPT ALL FROM read_arrow('${folder}/theirs.${form}'))
        UNION ALL (FROM read_arrow('${folder}/theirs.${form}') EXCEPT ALL FROM every_type))`);
      assert.equal(row?.n, 0n, form);
    }
  });
}

test('pyarrow finds the values that DuckDB has', { skip }, async () => {
  const path = join(folder, 'values.arrows');
  await writeArrow(db.connection, 'FROM every_type WHERE id IN (6, 7)', path);
  const printed = await run(`${lists}
def plain(value):
    if isinstance(value, dict): return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list) and not isinstance(value, pa.MonthDayNano): return [plain(item) for item in value]
    if isinstance(value, int) and abs(value) > 2**53: return str(value)
    return value if isinstance(value, (int, float, str, bool, type(None))) else str(value)
nulls, values = rows(ipc.open_stream(folder + 'values.arrows').read_all())
print(json.dumps([[name for name in nulls if nulls[name] is not None], plain(values)]))`);
  const [notNull, values] = JSON.parse(printed);
  assert.deepEqual(notNull, ['id']);
  assert.deepEqual(values, expectedValues);
});

test('read_arrow(path) reads types that only other writers have', { skip }, async () => {
  await run(`
import datetime, decimal
import pyarrow.compute as pc
n = 5000
some = lambda make: [None if i % 6 == 0 else make(i) for i in range(n)]
def encoded(values, type):
    whole = pa.array(values, pa.int64()).cast(type) if isinstance(values[1], int) and type != pa.date32() else pa.array(values, type)
    return whole.dictionary_encode()
def lists_of(indexes):
    moments = pa.array([[i * 10**15 + 1, None] if i != 3 else None for i in range(7)], pa.list_(pa.int64())).cast(pa.list_(pa.timestamp('us')))
    return pa.DictionaryArray.from_arrays(pa.array(indexes, pa.int16()), moments)
columns = {
  'id': pa.array(range(n), pa.int32()),
  'large': pa.array(some(lambda i: f'text {i} of a large string'), pa.large_string()),
  'viewed': pa.array(some(lambda i: f'{i}' * (i % 9)), pa.string_view()),
  'bytes_viewed': pa.array(some(lambda i: b'\\x00' * (i % 20)), pa.binary_view()),
  'large_bytes': pa.array(some(lambda i: bytes([i % 256, 255])), pa.large_binary()),
  'wide': pa.array(some(lambda i: bytes([i % 256] * 3)), pa.binary(3)),
  'half': pa.array(some(lambda i: i / 4 if i < 2000 else -0.0), pa.float16()),
  'large_list': pa.array(some(lambda i: [i, None]), pa.large_list(pa.int16())),
  'seconds': pa.array(some(lambda i: i), pa.time32('s')),
  'milliseconds': pa.array(some(lambda i: i), pa.time32('ms')),
  'day': pa.array(some(lambda i: datetime.date(1960, 1, 1) + datetime.timedelta(days=i)), pa.date64()),
  'zoned': pa.array(some(lambda i: i - 2500), pa.timestamp('s', tz='Europe/Berlin')),
  'nanos': pa.array(some(lambda i: (i - 2500) * 1000 - 1), pa.timestamp('ns', tz='UTC')),
  'duration': pa.array(some(lambda i: i - 2500), pa.duration('ms')),
  'nothing': pa.nulls(n),
  'category': pa.array(some(lambda i: ['a', 'bc', 'd'][i % 3])).dictionary_encode(),
  'numbers': pa.array(some(lambda i: i % 3 + 0.5)).dictionary_encode(),
  'encoded_nanos': encoded(some(lambda i: i % 7 * 10**18 // 7 + 1), pa.timestamp('ns')),
  'encoded_micros': encoded(some(lambda i: (i % 3000) * 10**12 + 1), pa.timestamp('us')),
  'encoded_zoned': encoded(some(lambda i: (i % 7) * 10**9 + 1), pa.timestamp('ms', tz='UTC')),
  'encoded_time': encoded(some(lambda i: (i % 7) * 10**9 + 1), pa.time64('us')),
  'encoded_day': encoded(some(lambda i: i % 7 - 3), pa.date32()),
  'encoded_large': encoded(some(lambda i: i % 7 - 2**62), pa.int64()),
  'encoded_decimal': encoded(some(lambda i: decimal.Decimal(i % 7) + decimal.Decimal(10**25)), pa.decimal128(30, 2)),
  'encoded_bytes': encoded(some(lambda i: bytes([i % 7, 255] * 9)), pa.binary()),
  'encoded_lists': lists_of(some(lambda i: i % 7)),
  'wide_decimal': pa.array(some(lambda i: decimal.Decimal(i - 2500)), pa.decimal256(30, 2)),
  'small_decimal': pa.array(some(lambda i: decimal.Decimal(i - 2500)), pa.decimal128(7, 1)),
  'struct': pa.array(some(lambda i: {'v': [i / 2, 1.0], 's': None if i % 5 == 0 else 'x'}), pa.struct([('v', pa.list_(pa.float64(), 2)), ('s', pa.string())])),
}
table = pa.table(columns)
with ipc.new_stream(folder + 'others.arrows', table.schema) as writer: writer.write_table(table, max_chunksize=1999)
with ipc.new_file(folder + 'others.arrow', table.schema, options=ipc.IpcWriteOptions(unify_dictionaries=True)) as writer: writer.write_table(table)
`);
  const some = (value: string) => `CASE WHEN i % 6 <> 0 THEN ${value} END`;
  const wanted = {
    id: 'i::INTEGER',
    large: some("'text ' || i || ' of a large string'"),
    viewed: some('repeat(i::VARCHAR, (i % 9)::INTEGER)'),
    bytes_viewed: some("unhex(repeat('00', (i % 20)::INTEGER))"),
    large_bytes: some("unhex(printf('%02XFF', i % 256))"),
    wide: some("unhex(repeat(printf('%02X', i % 256), 3))"),
    half: some('CASE WHEN i < 2000 THEN i / 4 ELSE 0 END::FLOAT'),
    large_list: some('[i, NULL]::SMALLINT[]'),
    seconds: some("TIME '00:00:00' + to_seconds(i)"),
    milliseconds: some("TIME '00:00:00' + to_milliseconds(i)"),
    day: some("DATE '1960-01-01' + i::INTEGER"),
    zoned: some('to_timestamp(i - 2500)'),
    nanos: some("TIMESTAMPTZ '1970-01-01 00:00:00+00' + to_microseconds(i - 2501)"),
    duration: some('to_milliseconds(i - 2500)'),
    nothing: 'NULL::INTEGER',
    category: some("(['a', 'bc', 'd'])[i % 3 + 1]"),
    numbers: some('(i % 3 + 0.5)::DOUBLE'),
    encoded_nanos: some('make_timestamp_ns(i % 7 * 1000000000000000000 // 7 + 1)'),
    encoded_micros: some('make_timestamp(i % 3000 * 1000000000000 + 1)'),
    encoded_zoned: some("TIMESTAMPTZ '1970-01-01 00:00:00+00' + to_milliseconds(i % 7 * 1000000000 + 1)"),
    encoded_time: some("TIME '00:00:00' + to_microseconds(i % 7 * 1000000000 + 1)"),
    encoded_day: some("DATE '1970-01-01' + (i % 7 - 3)::INTEGER"),
    encoded_large: some('i % 7 - 4611686018427387904'),
    encoded_decimal: some('(i % 7 + 10000000000000000000000000::HUGEINT)::DECIMAL(30, 2)'),
    encoded_bytes: some("unhex(repeat(printf('%02XFF', i % 7), 9))"),
    encoded_lists: some('CASE WHEN i % 7 <> 3 THEN [make_timestamp(i % 7 * 1000000000000000 + 1), NULL] END'),
    wide_decimal: some('(i - 2500)::DECIMAL(30, 2)'),
    small_decimal: some('(i - 2500)::DECIMAL(7, 1)'),
    struct: `(${some("{'v': [i / 2, 1.0], 's': CASE WHEN i % 5 <> 0 THEN 'x' END}")})::STRUCT(v DOUBLE[2], s VARCHAR)`,
  };
  const list = Object.entries(wanted).map(([name, value]) => `${value} AS "${name}"`);
  await db.query(`CREATE OR REPLACE TABLE wanted AS SELECT ${list.join(', ')} FROM range(5000) AS r(i)`);
  for (const file of ['others.arrows', 'others.arrow']) {
    for (const name of Object.keys(wanted)) {
      const differing = await db.query(
        `SELECT a.id, a."${name}" AS got, b."${name}" AS wanted, typeof(a."${name}") AS type
         FROM read_arrow('${folder}/${file}') AS a JOIN wanted AS b USING (id)
         WHERE a."${name}" IS DISTINCT FROM b."${name}" OR typeof(a."${name}") <> typeof(b."${name}") LIMIT 3`,
      );
      assert.deepEqual(differing, [], `${name} of ${file}`);
    }
  }
  const table = tableFromIPC(readFileSync(join(folder, 'others.arrows'))).select(['id', 'large', 'category', 'struct']);
  assert.equal(await insertArrow(db.connection, table, 'selected'), 5000);
});

test('read_arrow(path) says which types and compressions it cannot read', { skip }, async () => {
  await run(`
with ipc.new_file(folder + 'compressed.arrow', pa.schema([('id', pa.int64())]), options=ipc.IpcWriteOptions(compression='zstd')) as writer:
    writer.write_table(pa.table({'id': list(range(100000))}))
union = pa.UnionArray.from_dense(pa.array([0, 1], pa.int8()), pa.array([0, 0], pa.int32()), [pa.array([1]), pa.array(['a'])])
for name, array in {'union': union, 'digits': pa.array([1], pa.decimal256(60, 2))}.items():
    table = pa.table({'c': array})
    with ipc.new_stream(folder + name + '.arrows', table.schema) as writer: writer.write_table(table)
`);
  const error = (file: string) => errorLine(db.query(`FROM read_arrow('${folder}/${file}')`));
  assert.match(await error('compressed.arrow'), /expected batches without compression, got ZSTD$/);
  assert.match(await error('union.arrows'), /unknown type: .*Union.* of column c$/);
  assert.match(await error('digits.arrows'), /unknown type: decimal with 60 digits/);
});

test('pyarrow reads what query --format arrow writes into a pipe, and refuses one that is cut short', {
  skip,
}, async () => {
  const script = `
import subprocess
command = json.loads(sys.argv[3])
def read(sql):
    with subprocess.Popen(command + [sql], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        rows = 0
        for batch in ipc.open_stream(process.stdout): rows += batch.num_rows
    return rows, process.returncode
print(read('SELECT id, embedding FROM synthetic_embeddings(20_000, 8)'))
print(read("SELECT CASE WHEN i = 400_000 THEN error('boom') ELSE i END AS i FROM range(500_000) AS r(i)")[1] != 0)
`;
  const command = [process.execPath, commandFile, 'query', '--format', 'arrow'];
  const start = `import json, sys\nsys.path.insert(0, sys.argv[1])\nimport pyarrow as pa\nfrom pyarrow import ipc\n`;
  const printed = await python.run(start + script, packages, folder, JSON.stringify(command));
  assert.equal(printed, '(20000, 0)\nTrue');
});
