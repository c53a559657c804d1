import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { DuckTopicsError, register } from '../src/index.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();
const instance = await DuckDBInstance.create(':memory:', { allow_unsigned_extensions: 'true' });
after(() => instance.closeSync());

const functionList = 'SELECT DISTINCT function_name FROM duckdb_functions() WHERE NOT internal ORDER BY ALL';

test('register(connection) makes the functions known to that connection', async () => {
  const connection = await instance.connect();
  await register(connection);
  const result = await connection.run('SELECT l2_normalize([0.0, 2.0])');
  assert.deepEqual(await result.getRowsJS(), [[[0, 1]]]);
  connection.closeSync();
});

test('register(connection) twice changes nothing', async () => {
  const connection = await instance.connect();
  await register(connection);
  const once = await (await connection.run(functionList)).getRowsJS();
  await register(connection);
  assert.deepEqual(await (await connection.run(functionList)).getRowsJS(), once);
  connection.closeSync();
});

test('register(connection) serves several connections of one instance, also at the same time', async () => {
  const connections = await Promise.all(Array.from({ length: 4 }, () => instance.connect()));
  await Promise.all(connections.map((connection) => register(connection)));
  const lists = await Promise.all(connections.map(async (c) => (await c.run(functionList)).getRowsJS()));
  for (const list of lists) assert.deepEqual(list, lists[0]);
  for (const connection of connections) connection.closeSync();
});

test('register(connection) works inside a transaction and on a read-only database', async () => {
  const file = join(folder, 'readonly.duckdb');
  (await DuckDBInstance.create(file)).closeSync();
  const readOnly = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY', allow_unsigned_extensions: 'true' });
  const connection = await readOnly.connect();
  await connection.run('BEGIN');
  await register(connection);
  await connection.run('SELECT l2_normalize([1.0])');
  await connection.run('COMMIT');
  await connection.run('SELECT l2_normalize([1.0])');
  connection.closeSync();
  readOnly.closeSync();
});

test('register(connection) of an instance without allow_unsigned_extensions says how to create it', async () => {
  const plain = await DuckDBInstance.create();
  const connection = await plain.connect();
  await assert.rejects(register(connection), (error: unknown) => {
    assert.ok(error instanceof DuckTopicsError);
    assert.equal(error.message, 'missing setting: allow_unsigned_extensions');
    assert.match(error.mend ?? '', /allow_unsigned_extensions: 'true'/);
    return true;
  });
  connection.closeSync();
  plain.closeSync();
});

test('register(connection, { extensionPath }) of a missing file names the file and the command that builds it', async () => {
  const connection = await instance.connect();
  const extensionPath = join(folder, 'none.duckdb_extension');
  await assert.rejects(register(connection, { extensionPath }), (error: unknown) => {
    assert.ok(error instanceof DuckTopicsError);
    assert.equal(error.message, `missing extension: ${extensionPath}`);
    assert.match(error.mend ?? '', /npm run setup/);
    return true;
  });
  connection.closeSync();
});

test("register(connection, { extensionPath }) of a file that is no extension gives DuckDB's reason", async () => {
  const connection = await instance.connect();
  const extensionPath = join(folder, "it's.duckdb_extension");
  writeFileSync(extensionPath, 'no extension');
  await assert.rejects(
    register(connection, { extensionPath }),
    /^DuckTopicsError: cannot load .*it's\.duckdb_extension: /,
  );
  connection.closeSync();
});
