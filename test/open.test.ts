import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { DuckTopicsError, open } from '../src/index.ts';
import { packageRoot } from '../src/paths.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();

function rejectsWith(message: RegExp, mend: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof DuckTopicsError);
    assert.match(error.message, message);
    assert.match(error.mend ?? '', mend);
    return true;
  };
}

test('open() gives an in-memory database with the functions in place', async () => {
  await using db = await open();
  assert.deepEqual(await db.query('SELECT l2_normalize([3.0, 4.0])::DOUBLE[] AS unit'), [
    { unit: [0.6000000238418579, 0.800000011920929] },
  ]);
});

test('open(path) creates the file, and close() lets others open it', async () => {
  const file = join(folder, 'created.duckdb');
  const db = await open(file);
  await db.query('CREATE TABLE t AS SELECT 42 AS answer');
  db.close();
  db.close();
  await using again = await open(file);
  assert.deepEqual(await again.query('FROM t'), [{ answer: 42 }]);
});

test('open(path) leaves no macro behind in the file', async () => {
  const file = join(folder, 'clean.duckdb');
  (await open(file)).close();
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  const result = await connection.run('SELECT count(*) FROM duckdb_functions() WHERE NOT internal');
  assert.deepEqual(await result.getRowsJS(), [[0n]]);
  connection.closeSync();
  instance.closeSync();
});

test('open(path, { readOnly: true }) reads and refuses to write', async () => {
  const file = join(folder, 'readonly.duckdb');
  const writer = await open(file);
  await writer.query('CREATE TABLE t AS SELECT 1 AS x');
  writer.close();
  await using db = await open(file, { readOnly: true });
  assert.deepEqual(await db.query('SELECT x, l2_normalize([2.0]) AS unit FROM t'), [{ x: 1, unit: [1] }]);
  await assert.rejects(db.query('DROP TABLE t'), /read-only mode/);
});

test('open(path, { threads, memoryLimit, config }) sets them', async () => {
  await using db = await open(':memory:', {
    threads: 1,
    memoryLimit: '512MiB',
    config: { default_order: 'DESC' },
  });
  const [settings] = await db.query(
    "SELECT current_setting('threads') AS threads, current_setting('memory_limit') AS memory, current_setting('default_order') AS ordering",
  );
  assert.deepEqual(settings, { threads: 1n, memory: '512.0 MiB', ordering: 'DESC' });
});

test('connect() gives further connections with everything registered, that close() closes', async () => {
  const db = await open();
  const connection = await db.connect();
  await connection.run('SELECT l2_normalize([1.0])');
  db.close();
  await assert.rejects(connection.run('SELECT 1'));
});

test('query(sql, values) fills the parameters of the statement', async () => {
  await using db = await open();
  assert.deepEqual(await db.query('SELECT $1 + $2 AS sum', [1, 2]), [{ sum: 3 }]);
  assert.deepEqual(await db.query('SELECT $name AS name', { name: "O'Hara" }), [{ name: "O'Hara" }]);
});

test('open() of a folder says that it is one', async () => {
  await assert.rejects(open(folder), rejectsWith(/^cannot open .*Is a directory/, /name of a file/));
});

test('open() of a file that is no database says so and how such files are read', async () => {
  const file = join(folder, 'notes.txt');
  writeFileSync(file, 'a,b\n1,2\n');
  await assert.rejects(open(file), rejectsWith(/not a valid DuckDB database/, /SELECT \* FROM '.*notes\.txt'/));
});

test('open() of a CSV file shows it as a view, as DuckDB does', async () => {
  const file = join(folder, 'notes.csv');
  writeFileSync(file, 'a,b\n1,2\n');
  await using db = await open(file);
  assert.deepEqual(await db.query('FROM notes'), [{ a: 1n, b: 2n }]);
});

test('open() in a folder that is not there names the path', async () => {
  const file = join(folder, 'none', 'x.duckdb');
  await assert.rejects(open(file), rejectsWith(/No such file or directory/, /make the folder/));
});

test('open() of a missing file for reading only does not create it', async () => {
  const file = join(folder, 'missing.duckdb');
  await assert.rejects(open(file, { readOnly: true }), rejectsWith(/does not exist/, /existing file/));
});

test('open() of a file that another process holds names that process', async () => {
  const file = join(folder, 'locked.duckdb');
  const script = `const { DuckDBInstance } = await import('@duckdb/node-api');
    await DuckDBInstance.create(process.argv[1]);
    console.log('held');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script, file], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(holder.stdout, 'data');
    await assert.rejects(open(file), rejectsWith(new RegExp(`PID ${holder.pid}`), /close the other program/));
  } finally {
    holder.kill('SIGKILL');
  }
});

test('open() with a wrong setting names the setting', async () => {
  await assert.rejects(open(':memory:', { threads: 0 }), /invalid threads: 0, expected a whole number/);
  await assert.rejects(open(':memory:', { memoryLimit: '2 apples' }), /invalid setting among .*2 apples/);
  await assert.rejects(open(':memory:', { config: { thread: '2' } }), /not recognized: thread/);
});
