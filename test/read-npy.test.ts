import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { open } from '../src/index.ts';
import { packageRoot } from '../src/paths.ts';
import { errorLine } from './support/error-line.ts';
import { npyStart, writeNpy } from './support/npy-file.ts';
import { preparePython } from './support/python.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();
const python = await preparePython();
const path = (name: string) => join(folder, name);

/** Writes a file of n x d numbers 0, 1, 2, ... and returns its path. */
function counting(name: string, n: number, d: number): string {
  writeNpy(
    path(name),
    [n, d],
    Float32Array.from({ length: n * d }, (_, i) => i),
  );
  return path(name);
}

/** Writes a file of n x d zeros that takes no place on the disk. */
function sparse(name: string, n: number, d: number): string {
  const start = npyStart(`{'descr': '<f4', 'fortran_order': False, 'shape': (${n}, ${d}), }`);
  writeFileSync(path(name), start);
  truncateSync(path(name), start.length + n * d * 4);
  return path(name);
}

test('read_npy(path) returns one row a matrix row, (id BIGINT, embedding FLOAT[d])', async () => {
  await using db = await open();
  const file = counting('small.npy', 3, 2);
  assert.deepEqual(await db.query(`FROM read_npy('${file}')`), [
    { id: 0n, embedding: [0, 1] },
    { id: 1n, embedding: [2, 3] },
    { id: 2n, embedding: [4, 5] },
  ]);
  assert.deepEqual(await db.query(`SELECT column_name, column_type FROM (DESCRIBE FROM read_npy('${file}'))`), [
    { column_name: 'id', column_type: 'BIGINT' },
    { column_name: 'embedding', column_type: 'FLOAT[2]' },
  ]);
});

test('read_npy(path) gives each row its own numbers, in the order of the file, at 1, 2 and 8 threads', async () => {
  const [n, d] = [20_001, 7];
  const file = counting('many.npy', n, d);
  for (const threads of [1, 2, 8]) {
    await using db = await open(':memory:', { threads });
    assert.deepEqual(
      await db.query(`SELECT count(*) AS n, count(DISTINCT id) AS ids, max(id) AS last,
        count(*) FILTER (embedding <> [id * ${d} + c FOR c IN range(${d})]::FLOAT[${d}]) AS wrong FROM read_npy('${file}')`),
      [{ n: BigInt(n), ids: BigInt(n), last: BigInt(n - 1), wrong: 0n }],
    );
    const rows = await db.query<{ id: bigint }>(`SELECT id FROM read_npy('${file}')`);
    assert.ok(rows.every((row, index) => row.id === BigInt(index)));
  }
});

test('read_npy(path) rounds <f8 to FLOAT and reads every <f2 exactly', async () => {
  await using db = await open();
  const doubles = [0.1, -1e-300, 1e300, 16777217];
  writeNpy(path('doubles.npy'), [2, 2], Float64Array.from(doubles), { descr: '<f8' });
  assert.deepEqual(await db.query(`SELECT embedding FROM read_npy('${path('doubles.npy')}')`), [
    { embedding: [Math.fround(0.1), -0] },
    { embedding: [Number.POSITIVE_INFINITY, 16777216] },
  ]);
  const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
  writeNpy(path('halves.npy'), [256, 256], halves, { descr: '<f2' });
  const rows = await db.query<{ embedding: number[] }>(`SELECT embedding FROM read_npy('${path('halves.npy')}')`);
  assert.deepEqual(
    rows.flatMap((row) => row.embedding),
    Array.from(halves, halfToNumber),
  );
});

test('read_npy(path) reads format 1.0, 2.0 and 3.0', async () => {
  await using db = await open();
  for (const version of [1, 2, 3]) {
    writeNpy(path('version.npy'), [1, 2], Float32Array.of(version, 5), { version });
    assert.deepEqual(await db.query(`FROM read_npy('${path('version.npy')}')`), [{ id: 0n, embedding: [version, 5] }]);
  }
});

test('read_npy(path) reads headers that other writers make', async () => {
  await using db = await open();
  const headers = [
    `{"shape": (1, 2), "fortran_order": False, "descr": "<f4"}`,
    `{'descr':'<f4','fortran_order':False,'shape':(1,2)}`,
    `{'descr': '<f4', 'fortran_order': False, 'shape': (1L, 2L), }`,
    ` {  'descr' : '<f4' ,\t'fortran_order' : False , 'shape' : ( 1 , 2 , ) , } `,
  ];
  for (const header of headers) {
    writeNpy(path('header.npy'), [], Float32Array.of(1, 2), { header });
    assert.deepEqual(await db.query(`FROM read_npy('${path('header.npy')}')`), [{ id: 0n, embedding: [1, 2] }], header);
  }
});

test('read_npy(path) reads what numpy.save writes', { skip: python.missing }, async () => {
  await using db = await open();
  const sums = await python.run(
    `import json, sys, numpy as np
rng = np.random.default_rng(1)
sums = []
for dtype in ('<f2', '<f4', '<f8'):
    for version in ((1, 0), (2, 0), (3, 0)):
        a = rng.standard_normal((3001, 17)).astype(dtype)
        with open(f'{sys.argv[1]}/{dtype[1:]}-{version[0]}.npy', 'wb') as file:
            np.lib.format.write_array(file, a, version)
        sums.append([f'{dtype[1:]}-{version[0]}.npy', *a.astype('f4').astype('f8').sum(axis=0)])
print(json.dumps(sums))`,
    folder,
  );
  for (const [name, ...expected] of JSON.parse(sums) as [string, ...number[]][]) {
    const columns = expected.map((_, c) => `sum(embedding[${c + 1}]::DOUBLE)`).join(', ');
    const [row] = await db.query<{ n: bigint; sums: number[] }>(
      `SELECT count(*) AS n, [${columns}] AS sums FROM read_npy('${path(name)}')`,
    );
    assert.equal(row?.n, 3001n);
    row.sums.forEach((sum, c) => {
      assert.ok(Math.abs(sum - (expected[c] as number)) < 1e-9, `${name}: ${sum} and ${expected[c]}`);
    });
  }
});

test('read_npy(path) of a matrix without rows returns none', async () => {
  await using db = await open();
  writeNpy(path('empty.npy'), [0, 3], new Float32Array());
  assert.deepEqual(await db.query(`FROM read_npy('${path('empty.npy')}')`), []);
  assert.deepEqual(
    await db.query(`SELECT typeof(any_value(embedding)) AS type FROM read_npy('${path('empty.npy')}')`),
    [{ type: 'FLOAT[3]' }],
  );
});

test('read_npy(pattern) and read_npy([path, ...]) number the rows on from file to file', async () => {
  await using db = await open();
  mkdirSync(path('shards'));
  const sizes: Record<string, number> = { 'b.npy': 2500, 'a.npy': 3, 'c.npy': 0, 'd.npy': 2049 };
  for (const [name, n] of Object.entries(sizes)) {
    writeNpy(path(`shards/${name}`), [n, 1], new Float32Array(n).fill(name.charCodeAt(0)));
  }
  const runs = (argument: string) =>
    db.query(`SELECT chr(embedding[1]::INTEGER) AS file, min(id) AS first, max(id) AS last, count(DISTINCT id) AS n
      FROM read_npy(${argument}) GROUP BY file ORDER BY first`);
  assert.deepEqual(await runs(`'${path('shards/*.npy')}'`), [
    { file: 'a', first: 0n, last: 2n, n: 3n },
    { file: 'b', first: 3n, last: 2502n, n: 2500n },
    { file: 'd', first: 2503n, last: 4551n, n: 2049n },
  ]);
  assert.deepEqual(await runs(`['${path('shards/d.npy')}', '${path('shards/[ac].npy')}']`), [
    { file: 'd', first: 0n, last: 2048n, n: 2049n },
    { file: 'a', first: 2049n, last: 2051n, n: 3n },
  ]);
});

test('read_npy(pattern) reads more files than may be open at once', async () => {
  mkdirSync(path('thousands'));
  for (let i = 0; i < 1500; i++) {
    writeNpy(path(`thousands/${String(i).padStart(4, '0')}.npy`), [1, 1], Float32Array.of(i));
  }
  const script = `import { open } from '${join(packageRoot, 'src/index.ts')}';
    const db = await open(':memory:', { threads: 2 });
    const [row] = await db.query("SELECT count(*) AS n, sum(embedding[1]) AS sum FROM read_npy('${path('thousands/*')}') WHERE embedding[1] = id");
    console.log(String(row.n), row.sum);`;
  const limited = `ulimit -n 256 && exec "$0" --import tsx --input-type=module -e "$1"`;
  const { stdout } = await promisify(execFile)('sh', ['-c', limited, process.execPath, script], { cwd: packageRoot });
  assert.equal(stdout, `1500 ${(1499 * 1500) / 2}\n`);
});

test('read_npy(path) takes names as other readers do: relative, of the home folder, as a file: URL, with brackets', async () => {
  await using db = await open();
  const home = process.env.HOME;
  counting('na[m]e.npy', 1, 2);
  process.env.HOME = folder;
  try {
    const names = [
      relative(process.cwd(), path('na[m]e.npy')),
      '~/na[m]e.npy',
      `file://${path('na[m]e.npy')}`,
      `file:${path('na[m]e.npy')}`,
      path('na[[]m]e.npy'),
      path('na?m?e.n*'),
    ];
    for (const name of names) {
      assert.deepEqual(await db.query(`FROM read_npy('${name}')`), [{ id: 0n, embedding: [0, 1] }], name);
    }
  } finally {
    process.env.HOME = home;
  }
});

test('read_npy($1) and read_npy(getvariable(...)) take the path from outside the statement', async () => {
  await using db = await open();
  const file = counting('outside.npy', 2, 1);
  assert.equal((await db.query('FROM read_npy($1)', [file])).length, 2);
  await db.connection.run(`SET VARIABLE input = '${file}'`);
  assert.equal((await db.query(`FROM read_npy(getvariable('input'))`)).length, 2);
});

test('read_npy(path) does not open the file again where only ids are asked for', async () => {
  await using db = await open();
  const file = counting('unread.npy', 5000, 3);
  const ids = await db.connection.prepare(`SELECT count(*) AS n, sum(id) AS sum FROM read_npy('${file}')`);
  const numbers = await db.connection.prepare(`SELECT sum(embedding[1]) AS sum FROM read_npy('${file}')`);
  truncateSync(file, 128);
  const result = await ids.runAndReadAll();
  assert.deepEqual(result.getRowsJS(), [[5000n, 12497500n]]);
  assert.equal(await errorLine(numbers.run()), `read_npy: ${file}: the file has changed since the query was prepared`);
});

test('read_npy(path) of a file that is cut short while it is read is an error', async () => {
  await using db = await open(':memory:', { threads: 1 });
  const file = sparse('cut.npy', 4_000_000, 128);
  const query = await db.connection.prepare(`SELECT sum(embedding[1]) FROM read_npy('${file}')`);
  const error = errorLine(query.run());
  while (!isOpen(file) && !(await Promise.race([error, setTimeout(1)])));
  truncateSync(file, 1_000_000);
  assert.match(await error, /^read_npy: .*cut\.npy: expected at least \d+ bytes, got \d+$/);
});

test('read_npy(path) takes the same memory for a large file as for a small one', async () => {
  const peak = async (file: string) => {
    const script = `import { open } from '${join(packageRoot, 'src/index.ts')}';
      const db = await open(':memory:', { threads: 2 });
      await db.query("SELECT count(embedding) AS n FROM read_npy('${file}')");
      console.log(process.resourceUsage().maxRSS / 1024);`;
    const node = ['--import', 'tsx', '--input-type=module', '-e', script];
    const { stdout } = await promisify(execFile)(process.execPath, node, { cwd: packageRoot });
    return Number(stdout);
  };
  const small = await peak(sparse('16-megabytes.npy', 31_250, 128));
  const large = await peak(sparse('1-gigabyte.npy', 2_000_000, 128));
  assert.ok(large < small + 100, `${small} MB and ${large} MB`);
});

const numbers = Float32Array.of(1, 2, 3, 4, 5, 6);
const dictionary = (rest: string) => ({ header: `{'descr': '<f4', 'fortran_order': False, ${rest}}` });
const wrongFiles: [title: string, write: (file: string) => void, message: string][] = [
  ['of bytes that are missing', (file) => writeNpy(file, [4, 2], numbers), 'expected 160 bytes, got 152'],
  ['of bytes after the last row', (file) => writeNpy(file, [2, 2], numbers), 'expected 144 bytes, got 152'],
  ['of one dimension', (file) => writeNpy(file, [6], numbers), 'expected shape (n, d), got (6,)'],
  ['of no dimension', (file) => writeNpy(file, [], numbers), 'expected shape (n, d), got ()'],
  ['of three dimensions', (file) => writeNpy(file, [1, 2, 3], numbers), 'expected shape (n, d), got (1, 2, 3)'],
  ['without columns', (file) => writeNpy(file, [6, 0], new Uint8Array()), 'expected 1 to 99999 columns, got 0'],
  [
    'with more columns than an ARRAY holds',
    (file) => writeNpy(file, [1, 100_000], new Float32Array(100_000)),
    'expected 1 to 99999 columns, got 100000',
  ],
  [
    'of big-endian numbers',
    (file) => writeNpy(file, [3, 2], numbers, { descr: '>f4' }),
    "expected dtype <f4, <f8 or <f2, got >f4; convert it with array.astype('<f4')",
  ],
  [
    'of integers',
    (file) => writeNpy(file, [3, 2], numbers, { descr: '<i4' }),
    "expected dtype <f4, <f8 or <f2, got <i4; convert it with array.astype('<f4')",
  ],
  [
    'of records',
    (file) =>
      writeNpy(file, [], numbers, {
        header: "{'descr': [('x', '<f4'), ('y', '<f4')], 'fortran_order': False, 'shape': (3,), }",
      }),
    "expected dtype <f4, <f8 or <f2, got [('x', '<f4'), ('y', '<f4')]; convert it with array.astype('<f4')",
  ],
  [
    'in Fortran order',
    (file) => writeNpy(file, [], numbers, { header: "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }" }),
    'expected rows one after the other, got fortran_order: True; convert it with numpy.ascontiguousarray(array)',
  ],
  ['that is empty', (file) => writeFileSync(file, ''), 'expected a .npy file, got 0 bytes'],
  ['of other text', (file) => writeFileSync(file, 'id,embedding\n1,2\n'), 'expected a .npy file, got another format'],
  [
    'of several arrays',
    (file) => writeFileSync(file, 'PK\x03\x04 and the rest of a zip archive'),
    'expected a .npy file, got a zip archive (.npz); unpack it',
  ],
  [
    'of a format yet to come',
    (file) => writeNpy(file, [3, 2], numbers, { version: 4 }),
    'expected NumPy format 1.0, 2.0 or 3.0, got 4.0',
  ],
  [
    'that ends in its header',
    (file) => writeFileSync(file, npyStart("{'descr': '<f4'").subarray(0, 40)),
    'expected at least 64 bytes, got 40',
  ],
  [
    'with a header of 16 MB',
    (file) => writeFileSync(file, Buffer.from('\x93NUMPY\x02\x00\x00\x00\x00\x01{}', 'latin1')),
    'expected a header of at most 1048576 bytes, got 16777216',
  ],
  [
    'of more numbers than there are',
    (file) => writeNpy(file, [], numbers, dictionary("'shape': (9223372036854775807, 9), ")),
    'expected fewer than 2^64 bytes, got 9223372036854775807 x 9 numbers',
  ],
  ...[
    '{}',
    "{'descr': '<f4', 'shape': (3, 2), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), 'extra': 1, }",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (3, 2), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-3, 2), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 2), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2",
    "{'descr': '<f4, 'fortran_order': False, 'shape': (3, 2), }",
    "{'descr': '<f4",
    'not a dictionary',
  ].map((header): [string, (file: string) => void, string] => [
    `with the header ${header}`,
    (file) => writeNpy(file, [], numbers, { header }),
    `expected a header with descr, fortran_order and shape, got ${header.slice(0, 80).trim()}`,
  ]),
];

for (const [title, write, message] of wrongFiles) {
  test(`read_npy(path) rejects a file ${title}`, async () => {
    await using db = await open();
    write(path('wrong.npy'));
    assert.equal(
      await errorLine(db.query(`FROM read_npy('${path('wrong.npy')}')`)),
      `read_npy: ${path('wrong.npy')}: ${message}`,
    );
  });
}

test('read_npy(path) says which file is missing or none', async () => {
  await using db = await open();
  const error = (argument: string) => errorLine(db.query(`FROM read_npy(${argument})`));
  assert.equal(await error(`'${path('none.npy')}'`), `read_npy: ${path('none.npy')}: no such file`);
  assert.equal(await error(`'${folder}'`), `read_npy: ${folder}: expected a file, got a folder`);
  assert.equal(await error(`'/dev/null'`), 'read_npy: /dev/null: expected a file, got a device or pipe');
  assert.equal(await error(`'${path('none-*.npy')}'`), `read_npy: ${path('none-*.npy')}: no file matches`);
  assert.equal(
    await error(`'https://example.org/a.npy'`),
    'read_npy: expected a file of this machine, got https://example.org/a.npy',
  );
});

test('read_npy([path, ...]) says which file has other dimensions than the first', async () => {
  await using db = await open();
  const [two, three] = [counting('two.npy', 1, 2), counting('three.npy', 1, 3)];
  assert.equal(
    await errorLine(db.query(`FROM read_npy(['${two}', '${three}'])`)),
    `read_npy: ${three}: expected 2 columns as in the first file, got 3`,
  );
});

test('read_npy(path) rejects what is not a path', async () => {
  await using db = await open();
  const error = (argument: string) => errorLine(db.query(`FROM read_npy(${argument})`));
  assert.equal(await error('NULL'), 'read_npy: expected a path, got NULL');
  assert.equal(await error("''"), 'read_npy: expected a path, got an empty text');
  assert.equal(await error('[]'), 'read_npy: expected a path, got an empty list');
  assert.equal(await error("['a.npy', NULL]"), 'read_npy: expected a path, got NULL');
  assert.equal(await error('42'), 'read_npy: expected a path of type VARCHAR or VARCHAR[], got 42');
  assert.equal(await error('[42]'), 'read_npy: expected a path of type VARCHAR or VARCHAR[], got [42]');
});

/** Whether this process has the file open. */
function isOpen(file: string): boolean {
  return readdirSync('/proc/self/fd').some((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === file;
    } catch {
      return false;
    }
  });
}

/** The value of the 16 bits of a half-precision number. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
