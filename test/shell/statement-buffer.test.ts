import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatementBuffer } from '../../src/shell/statement-buffer.ts';

function isComplete(text: string): boolean {
  const buffer = new StatementBuffer();
  for (const line of text.split('\n')) buffer.add(line);
  return buffer.isComplete;
}

test('a statement is complete when a semicolon stands at the end of a line', () => {
  const complete = [
    'SELECT 1;',
    'SELECT 1; ',
    'SELECT 1; -- and; why',
    'SELECT 1 /* a; b */ ;',
    'SELECT 1; /* behind */',
    'SELECT 1\n;',
    'SELECT 1; SELECT 2;',
    ';',
    "SELECT ';';",
    "SELECT 'it''s';",
    "SELECT 'a;\nb';",
    'SELECT 1 AS "a;";',
    'SELECT $$;$$;',
    'SELECT $a$ $$ ; $a$;',
    "SELECT e'it\\'s';",
    "SELECT e'\\\\';",
    "SELECT 'back\\';",
    'SELECT $1;',
    'SELECT /* a /* nested; */ b; */ 1;',
    'SELECT 1 - -1;',
  ];
  for (const text of complete) assert.equal(isComplete(text), true, text);
});

test('a semicolon within a quote or comment, or with something behind it, ends nothing', () => {
  const incomplete = [
    '',
    'SELECT 1',
    'SELECT 1; SELECT 2',
    'SELECT 1 -- ;',
    'SELECT 1 /* ;',
    'SELECT 1 /* ; */',
    'SELECT /* a /* b */ ;',
    "SELECT 'a;",
    "SELECT 'a'';",
    'SELECT "a;',
    'SELECT $$ ;',
    'SELECT $a$ ; $b$ ;',
    "SELECT e'\\';",
  ];
  for (const text of incomplete) assert.equal(isComplete(text), false, text);
});

test('take() gives the lines and begins anew', () => {
  const buffer = new StatementBuffer();
  buffer.add("SELECT 'a");
  assert.equal(buffer.isEmpty, false);
  assert.equal(buffer.take(), "SELECT 'a");
  assert.equal(buffer.isEmpty, true);
  buffer.add('SELECT 1;');
  assert.equal(buffer.isComplete, true);
  assert.equal(buffer.text, 'SELECT 1;');
});
