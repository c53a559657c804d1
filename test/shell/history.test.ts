import assert from 'node:assert/strict';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { History, historyFile } from '../../src/shell/history.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

test('History keeps entries of many lines, each once, newest first', () => {
  const file = join(folder, 'deep', 'history');
  const history = new History(file);
  for (const entry of ['SELECT 1;', "SELECT\n'a\\nb';", 'SELECT 1;', 'SELECT 1;', ' SELECT secret;', '  '])
    history.add(entry);
  assert.deepEqual(history.entries, ['SELECT 1;', "SELECT\n'a\\nb';"]);
  assert.deepEqual(new History(file).entries, history.entries);
  assert.equal(statSync(file).mode & 0o777, 0o600, 'no one else may read it');
});

test('shells that run side by side each add to the history', () => {
  const file = join(folder, 'shared');
  const [one, other] = [new History(file), new History(file)];
  one.add('SELECT 1;');
  other.add('SELECT 2;');
  assert.deepEqual(new History(file).entries, ['SELECT 2;', 'SELECT 1;']);
});

test('History keeps the newest thousand and shortens its file', () => {
  const file = join(folder, 'long');
  writeFileSync(file, Array.from({ length: 2500 }, (_, index) => `SELECT ${index};\n`).join(''));
  const { entries } = new History(file);
  assert.equal(entries.length, 1000);
  assert.equal(entries[0], 'SELECT 2499;');
  assert.equal(readFileSync(file, 'utf8').split('\n').length, 1001);
  assert.deepEqual(new History(file).entries, entries);
});

test('History without a file, or with one that cannot be used, works for the session', () => {
  const unusable = join(folder, 'unusable');
  writeFileSync(unusable, '');
  chmodSync(unusable, 0o400);
  for (const file of [undefined, folder, join(unusable, 'history')]) {
    const history = new History(file);
    history.add('SELECT 1;');
    assert.deepEqual(history.entries, ['SELECT 1;']);
  }
});

test('historyFile() follows DUCKTOPICS_HISTORY, then XDG_STATE_HOME, then the home folder', () => {
  assert.equal(historyFile({ DUCKTOPICS_HISTORY: '/a/b', XDG_STATE_HOME: '/state' }), '/a/b');
  assert.equal(historyFile({ DUCKTOPICS_HISTORY: '' }), undefined);
  assert.equal(historyFile({ XDG_STATE_HOME: '/state' }), '/state/ducktopics/history');
  assert.equal(historyFile({}), join(homedir(), '.ducktopics_history'));
});
