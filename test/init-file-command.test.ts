import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { initSql } from '../src/index.ts';
import { extensionPath, packageRoot } from '../src/paths.ts';
import { ducktopics } from './support/command.ts';

test('init-file prints SQL that makes a plain connection know the functions', async () => {
  const { code, stdout } = await ducktopics(['init-file']);
  assert.equal(code, 0);
  assert.ok(stdout.startsWith(`LOAD '${extensionPath}';\n`));
  assert.equal(stdout, initSql());
  const instance = await DuckDBInstance.create(':memory:', { allow_unsigned_extensions: 'true' });
  const connection = await instance.connect();
  await connection.run(stdout);
  await connection.run('SELECT l2_normalize([1.0])');
  connection.closeSync();
  instance.closeSync();
});

test('the setup writes the same to build/ducktopics.sql', () => {
  assert.equal(readFileSync(join(packageRoot, 'build', 'ducktopics.sql'), 'utf8'), initSql());
});
