import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFunctionReference, summaryOf } from '../src/function-reference.ts';
import { open } from '../src/index.ts';
import { ducktopics } from './support/command.ts';

test('functions lists every function with its signature, one sentence and an example', async () => {
  const { code, stdout } = await ducktopics(['functions']);
  assert.equal(code, 0);
  const unwrapped = stdout.replaceAll(/\s+/g, ' ');
  await using db = await open();
  for (const reference of await readFunctionReference(db.connection)) {
    for (const signature of reference.signatures) assert.ok(stdout.includes(`${signature}\n`), signature);
    assert.ok(unwrapped.includes(` ${summaryOf(reference.description)} `), reference.name);
    assert.ok(stdout.includes(`\n  > ${reference.example.split('\n')[0]}\n`), reference.name);
  }
});

test('functions lists what the database has: nothing more, nothing less', async () => {
  await using db = await open();
  const rows = await db.query<{ name: string }>(
    "SELECT DISTINCT function_name AS name FROM duckdb_functions() WHERE NOT starts_with(function_name, '_') AND " +
      '(function_name, database_name) NOT IN (SELECT (function_name, database_name) FROM duckdb_functions() WHERE internal) ' +
      'AND NOT internal ORDER BY name',
  );
  const native = await db.query<{ name: string }>('SELECT DISTINCT name FROM ducktopics_functions() ORDER BY name');
  const registered = await db.query<{ name: string }>(
    "SELECT DISTINCT function_name AS name FROM duckdb_functions() WHERE function_name = 'read_arrow'",
  );
  const names = [...rows, ...native, ...registered].map(({ name }) => name);
  const listed = (await readFunctionReference(db.connection)).map(({ name }) => name);
  assert.deepEqual(listed, [...new Set(names)].sort());
});

test('functions NAME describes one function in full', async () => {
  const { code, stdout } = await ducktopics(['functions', 'l2_normalize']);
  assert.equal(code, 0);
  assert.match(stdout, /^l2_normalize\(embedding\)\n {2}scalar, returns FLOAT\[\]\n/);
  assert.match(stdout, /NULL: NULL/);
  assert.doesNotMatch(stdout, /kmeans_step/);
});

test('functions NAME of an unknown function says how to list them', async () => {
  const { code, stderr } = await ducktopics(['functions', 'nothing_like_it']);
  assert.equal(code, 1);
  assert.equal(stderr, 'ducktopics: unknown function: nothing_like_it\nlist them with: ducktopics functions\n');
});

test('functions NAME of a misspelt function names the one that was meant', async () => {
  const { code, stderr } = await ducktopics(['functions', 'kmeans_trian']);
  assert.equal(code, 1);
  assert.match(stderr, /unknown function: kmeans_trian, did you mean kmeans_train\?\n/);
});
