import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ducktopics } from './support/command.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();

test('discover of an input that is not there says so once', async () => {
  const { code, stderr } = await ducktopics(['discover', '--from', 'nope', '--db', join(folder, 'nope.duckdb')]);
  assert.equal(code, 1);
  assert.equal(stderr.split('nope').length, 2, stderr);
  assert.doesNotMatch(stderr, /^Error: /m);
});
