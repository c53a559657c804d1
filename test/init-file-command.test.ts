import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { initSql } from '../src/index.ts';
import { extensionPath, packageRoot } from '../src/paths.ts';
import { prepareStockShell } from './serve/stock-shell.ts';
import { ducktopics } from './support/command.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const shell = await prepareStockShell();

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

test('a stock duckdb shell trains, assigns, counts and joins with the init file', { skip: shell.missing }, async () => {
  const folder = temporaryFolder();
  const init = join(folder, 'ducktopics.sql');
  writeFileSync(init, initSql());
  const { code, stdout, stderr } = await shell.run(
    `CREATE TABLE messages AS
       SELECT id, ['walrus', 'pelican', 'gecko'][1 + id % 3] || ' letter ' || id AS text,
              [(id % 3) * 10 + id / 1000, id / 1000]::FLOAT[] AS embedding
       FROM range(300) AS t(id);
     CREATE TABLE topics AS FROM kmeans_train('messages', k := 3);
     CREATE TABLE assignments AS FROM assign_clusters('messages', 'topics');
     SELECT keywords[1] AS word, size, nearest_centroid([10.1, 0.1], 'topics') = cluster_id AS is_nearest
     FROM cluster_sizes('assignments') JOIN topic_keywords('assignments', 'messages', n := 1) USING (cluster_id)
     ORDER BY word;
     SELECT count(DISTINCT function_name) > 10 AS has_macros FROM duckdb_functions() WHERE database_name = 'temp';
     SELECT count(*) AS written FROM duckdb_functions() WHERE database_name = 'topics' AND NOT internal;`,
    { args: ['-unsigned', '-init', init, join(folder, 'topics.duckdb')] },
  );
  assert.equal(code, 0, stderr);
  assert.deepEqual(stdout.trim().split(/\r?\n/), [
    ...['word,size,is_nearest', 'gecko,100,false', 'pelican,100,true', 'walrus,100,false'],
    ...['has_macros', 'true', 'written', '0'],
  ]);
});

test('a stock duckdb shell without -unsigned says why the init file does not load', {
  skip: shell.missing,
}, async () => {
  const init = join(temporaryFolder(), 'ducktopics.sql');
  writeFileSync(init, initSql());
  const { stderr } = await shell.run('SELECT l2_normalize([1.0]);', { args: ['-init', init] });
  assert.match(stderr, /signature|unsigned/);
});
