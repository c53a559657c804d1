import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { resolveToken } from '../../src/serve/token.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

test('resolveToken() makes 128 random bits where none is given', () => {
  const token = resolveToken({}, undefined);
  assert.match(token.value, /^[0-9a-f]{32}$/);
  assert.equal(token.source, 'random');
  assert.notEqual(resolveToken({}, undefined).value, token.value);
});

test('resolveToken() takes the option, then the file, then the environment', () => {
  const file = join(folder, 'token');
  writeFileSync(file, 'of-the-file\n');
  assert.deepEqual(resolveToken({ token: 'of-the-option' }, 'environment'), {
    value: 'of-the-option',
    source: 'option',
  });
  assert.deepEqual(resolveToken({ tokenFile: file }, 'environment'), { value: 'of-the-file', source: 'file' });
  assert.deepEqual(resolveToken({}, 'environment'), { value: 'environment', source: 'environment' });
});

test('resolveToken() refuses a token that is short, spaced, missing or given twice', () => {
  assert.throws(() => resolveToken({ token: 'abc' }), {
    message: 'invalid token: --token has 3 characters, expected at least 4 (16 random ones or more are safe)',
  });
  assert.throws(() => resolveToken({}, ''), /^DuckTopicsError: invalid token: DUCKTOPICS_TOKEN has 0 characters/);
  assert.throws(() => resolveToken({ token: 'a b c d' }), {
    message: 'invalid token: --token has a space or a control character',
  });
  assert.throws(
    () => resolveToken({ tokenFile: join(folder, 'nope') }),
    /^DuckTopicsError: missing token file: ENOENT/,
  );
  assert.throws(() => resolveToken({ token: 'abcd', tokenFile: 'token' }), {
    message: 'invalid options: got --token and --token-file, expected one of them',
  });
});
