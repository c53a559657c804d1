import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { open } from '../src/index.ts';
import { commandFile, ducktopics, ended, startDucktopics } from './support/command.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();
const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 42';
let scripts = 0;

/** Writes a script and returns its path. */
function script(sql: string): string {
  const file = join(folder, `script-${scripts++}.sql`);
  writeFileSync(file, sql);
  return file;
}

async function tablesOf(database: string): Promise<string[]> {
  await using db = await open(database, { readOnly: true });
  const rows = await db.query<{ name: string }>('SELECT table_name AS name FROM duckdb_tables() ORDER BY ALL');
  return rows.map(({ name }) => name);
}

async function run(...args: string[]) {
  return ducktopics(['run', ...args], { cwd: folder });
}

test('run executes a script statement by statement and prints its results', async () => {
  const file = script(
    'CREATE TABLE t AS SELECT range AS id FROM range(3);\nSELECT sum(id) AS total FROM t;\nINSERT INTO t VALUES (9), (10);\n',
  );
  const { code, stdout, stderr } = await run(file, '--format', 'csv');
  assert.equal(code, 0);
  assert.equal(stdout, 'total\n3\n');
  const lines = stderr.trimEnd().split('\n');
  assert.match(
    lines[0] ?? '',
    /script-0\.sql:1: CREATE TABLE t AS SELECT range AS id FROM range\(3\) \(3 rows, \d\.\d\d s\)$/,
  );
  assert.match(lines[1] ?? '', /:2: SELECT sum\(id\) AS total FROM t \(1 row, /);
  assert.match(lines[2] ?? '', /:3: INSERT INTO t VALUES \(9\), \(10\) \(2 rows, /);
  assert.equal(lines.length, 3);
});

test('run executes several scripts in one session', async () => {
  const first = script("SET VARIABLE word = 'kept'; CREATE TEMP TABLE t AS SELECT 1 AS x;");
  const second = script("SELECT getvariable('word') AS word, x FROM t;");
  assert.equal((await run(first, second, '--format', 'csv')).stdout, 'word,x\nkept,1\n');
});

test('run --set gives variables: numbers stay numbers, all else is text', async () => {
  const names = ['k', 'share', 'tiny', 'negative', 'code', 'path', 'empty', 'sum', 'quote'];
  const values = ['40', '0.5', '1e-3', '-7', '007', 'a b.parquet', '', 'a=b', "it's"];
  const columns = names.map(
    (name) => `typeof(getvariable('${name}')) AS ${name}_type, getvariable('${name}') AS ${name}`,
  );
  const settings = names.flatMap((name, index) => ['--set', `${name}=${values[index]}`]);
  const { stdout } = await run(script(`SELECT ${columns.join(', ')}`), ...settings, '--format', 'json');
  assert.deepEqual(JSON.parse(stdout), [
    {
      k_type: 'INTEGER',
      k: 40,
      share_type: 'DECIMAL(2,1)',
      share: 0.5,
      tiny_type: 'DOUBLE',
      tiny: 0.001,
      negative_type: 'INTEGER',
      negative: -7,
      code_type: 'VARCHAR',
      code: '007',
      path_type: 'VARCHAR',
      path: 'a b.parquet',
      empty_type: 'VARCHAR',
      empty: '',
      sum_type: 'VARCHAR',
      sum: 'a=b',
      quote_type: 'VARCHAR',
      quote: "it's",
    },
  ]);
});

test('run --set of the same name twice takes the last value', async () => {
  const { stdout } = await run(
    script("SELECT getvariable('k') AS k"),
    '--set',
    'k=1',
    '--set',
    'k=2',
    '--format',
    'csv',
  );
  assert.equal(stdout, 'k\n2\n');
});

test('run --set without a name or a value ends with 2 and shows the form', async () => {
  for (const setting of ['k', '=5', '1k=5', 'a-b=5']) {
    const { code, stderr } = await run(script('SELECT 1'), '--set', setting);
    assert.equal(code, 2);
    assert.match(stderr, /Expected name=value/);
  }
});

test('run stops at the first error with its file, line and statement, and keeps nothing of the script', async () => {
  const database = join(folder, 'kept.duckdb');
  const file = script(
    "CREATE TABLE before AS SELECT 1;\n\n-- a comment; here\nSELECT 'a;b',\n  missing\nFROM before;\nCREATE TABLE after AS SELECT 2;\n",
  );
  const { code, stderr } = await run(file, '--db', database);
  assert.equal(code, 3);
  assert.ok(stderr.includes(`ducktopics: ${file}:4: Binder Error: Referenced column "missing" not found`), stderr);
  assert.match(stderr, /LINE 5: {3}missing/);
  assert.match(
    stderr,
    /4 \| SELECT 'a;b',\n {2}5 \| {3}missing\n {2}6 \| FROM before;\nrolled back: nothing of the transaction is kept\n$/,
  );
  assert.deepEqual(await tablesOf(database), []);
});

test('run names the line of a syntax error, of a failing value and of an unterminated quote', async () => {
  const cases: [string, RegExp, number?][] = [
    ['SELECT 1;\r\n\r\nSELEC 2;\r\nSELECT 3;', /:3: Parser Error: syntax error at or near "SELEC"/],
    [
      "SELECT 1;\nSELECT\n  CAST('x' || range AS INTEGER)\nFROM range(2);",
      /:2: Conversion Error: Could not convert string 'x0'/,
      65,
    ],
    ["SELECT 1;\nSELECT 'open;\nSELECT 2;\n", /:2: Parser Error: unterminated quoted string/],
    ['SELECT 1;\nSELECT l2_normalize([0.0]);', /:2: Invalid Input Error: l2_normalize: /, 65],
  ];
  for (const [sql, message, exitCode = 3] of cases) {
    const { code, stderr } = await run(script(sql));
    assert.equal(code, exitCode);
    assert.match(stderr, message);
  }
});

test('run shows the first lines of a long statement that fails', async () => {
  const { stderr } = await run(script(`SELECT\n${'1,\n'.repeat(50)}nothing`));
  assert.match(stderr, /12 \| 1,\n {5}\| \.\.\. 40 more lines\n$/);
});

test('run of a missing script or of a folder says so before anything runs', async () => {
  const database = join(folder, 'untouched.duckdb');
  mkdirSync(join(folder, 'sub'));
  const good = script('CREATE TABLE t AS SELECT 1');
  for (const [file, message] of [
    ['none.sql', 'missing script: none.sql'],
    ['sub', 'invalid script: sub is a folder'],
  ] as const) {
    const { code, stderr } = await run(good, file, '--db', database);
    assert.equal(code, 66);
    assert.equal(stderr, `ducktopics: ${message}\ngive the path of an SQL file, or - for standard input\n`);
  }
  await assert.rejects(open(database, { readOnly: true }), /does not exist/);
});

test('run - reads the script from standard input', async () => {
  const { code, stdout } = await ducktopics(['run', '-', '--format', 'csv'], {
    input: 'SELECT 1 AS a; SELECT 2 AS b;',
  });
  assert.equal(code, 0);
  assert.equal(stdout, 'a\n1\nb\n2\n');
});

test('run of a script without statements does nothing', async () => {
  const { code, stdout, stderr } = await run(script('-- nothing\n;;\n/* at all */'));
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' });
});

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`run on ${signal} cancels the running query, leaves the database whole and ends with ${exitCode}`, async () => {
    const database = join(folder, `${signal}.duckdb`);
    const file = script(
      `CREATE TABLE before AS SELECT range AS id FROM range(1000);\nBEGIN;\nDELETE FROM before;\n${endless};\nCREATE TABLE after AS SELECT 1;`,
    );
    const child = startDucktopics(['run', file, '--db', database]);
    const end = ended(child);
    await new Promise<void>((resolve) => {
      let seen = '';
      child.stderr.on('data', (data) => {
        seen += data;
        if (seen.includes('DELETE FROM before')) resolve();
      });
    });
    await sleep(300);
    child.kill(signal);
    const { code, stderr } = await end;
    assert.equal(code, exitCode);
    assert.match(stderr, /ducktopics: interrupted\nrolled back: nothing of the transaction is kept\n$/);
    await using db = await open(database);
    assert.deepEqual(await db.query('SELECT count(*) AS n FROM before'), [{ n: 1000n }]);
    assert.deepEqual(await db.query('SELECT table_name FROM duckdb_tables()'), [{ table_name: 'before' }]);
  });
}

const unreadCases = [
  { why: 'SIGTERM', args: [], exitCode: 143 },
  { why: 'the time limit', args: ['--timeout', '2'], exitCode: 124 },
];
for (const { why, args, exitCode } of unreadCases) {
  test(`run ends with ${exitCode} on ${why} while nobody takes its results`, async () => {
    const database = join(folder, `unread-${exitCode}.duckdb`);
    const file = script('CREATE TABLE t AS SELECT 1; SELECT range AS id FROM range(3000000);');
    const child = startDucktopics(['run', file, '--db', database, '--format', 'csv', ...args]);
    child.stderr.resume();
    const exited = once(child, 'exit');
    // Takes what fits into the pipe and reads no more.
    await Promise.race([once(child.stdout, 'readable'), exited]);
    if (exitCode === 143) child.kill('SIGTERM');
    assert.deepEqual(await exited, [exitCode, null]);
    child.stdout.destroy();
    assert.deepEqual(await tablesOf(database), []);
  });
}

test('run goes on when nobody reads its standard error any more', async () => {
  const database = join(folder, 'unread.duckdb');
  const file = script(`${'SELECT 1;\n'.repeat(50)}CREATE TABLE done AS SELECT 1;`);
  const child = startDucktopics(['run', file, '--db', database, '--format', 'csv']);
  child.stderr.destroy();
  child.stdout.resume();
  assert.deepEqual(await once(child, 'close'), [0, null]);
  assert.deepEqual(await tablesOf(database), ['done']);
});

test('run whose reader has gone ends with 141 and keeps nothing', async () => {
  const database = join(folder, 'unread-results.duckdb');
  const file = script('CREATE TABLE t AS SELECT 1; SELECT range AS id FROM range(3000000);');
  const child = startDucktopics(['run', file, '--db', database, '--format', 'csv']);
  child.stdout.once('data', () => child.stdout.destroy());
  child.stderr.resume();
  assert.deepEqual(await once(child, 'close'), [141, null]);
  assert.deepEqual(await tablesOf(database), []);
});

test('run draws a bar with the rows done and the time left on a terminal', async () => {
  const data = script(
    "COPY (SELECT range AS id, md5(range::VARCHAR) AS t FROM range(2000000)) TO 'rows.parquet';\n" +
      "SELECT count(DISTINCT sha256(sha256(sha256(t)))) AS n FROM 'rows.parquet';",
  );
  const child = spawn(
    'script',
    ['-qec', `stty cols 100; '${process.execPath}' '${commandFile}' run '${data}'`, '/dev/null'],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let screen = '';
  child.stdout.on('data', (data) => {
    screen += data;
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 0);
  assert.match(screen, /█+░+ {2}\d+ % {2}[\d,]+ rows {2}[\d.]+ s {2}[\d.]+ s left/);
  assert.match(screen, /│ 2000000 │/);
});
