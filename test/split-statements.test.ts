import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { splitStatements } from '../src/sql/split-statements.ts';

const instance = await DuckDBInstance.create();
const connection = await instance.connect();
after(() => {
  connection.closeSync();
  instance.closeSync();
});

/** The statements of a script as `line: text`. */
async function split(script: string): Promise<string[]> {
  const statements: string[] = [];
  for await (const { line, text } of splitStatements(connection, script)) statements.push(`${line}: ${text}`);
  return statements;
}

test('splitStatements() yields one statement at a time with the line of its first word', async () => {
  assert.deepEqual(await split('SELECT 1; SELECT 2;\n\nSELECT\n  3'), [
    '1: SELECT 1;',
    '1: SELECT 2;',
    '3: SELECT\n  3',
  ]);
});

test('splitStatements() leaves out comments and empty statements', async () => {
  assert.deepEqual(await split(''), []);
  assert.deepEqual(await split(' \n;;\t; -- nothing; here\n/* nor; /* nested; */ here; */ ;'), []);
  assert.deepEqual(await split('-- first\n/* second\n */ SELECT 1; -- third'), ['3: SELECT 1;']);
});

test('splitStatements() keeps semicolons inside quotes, dollar quotes, names and comments', async () => {
  const statements = [
    "SELECT 'a;b', 'it''s;';",
    "SELECT e'quote \\';';",
    'SELECT "odd;name" FROM t;',
    'SELECT $$a;b$$, $tag$c; $$ d;$tag$;',
    'SELECT 1 -- one; two;\n + 2;',
    'SELECT 1 /* one; /* two; */ three; */ + 2;',
  ];
  assert.deepEqual(
    (await split(statements.join(' '))).map((text) => text.replace(/^\d+: /, '')),
    statements,
  );
});

test('splitStatements() takes Windows line ends and a byte order mark', async () => {
  assert.deepEqual(await split('\uFEFFSELECT 1;\r\nSELECT\r\n2;\r\n'), ['1: SELECT 1;', '2: SELECT\r\n2;']);
});

test('splitStatements() keeps together what DuckDB runs as several statements', async () => {
  const pivot = 'PIVOT (SELECT 1 AS a, 2 AS b) ON a USING sum(b);';
  assert.deepEqual(await split(`${pivot} SELECT 1;`), [`1: ${pivot}`, '1: SELECT 1;']);
});

test('splitStatements() yields a statement that does not parse by itself', async () => {
  assert.deepEqual(await split("SELECT 1;\nSELEC 2;\nSELECT 'a;b';"), [
    '1: SELECT 1;',
    '2: SELEC 2;',
    "3: SELECT 'a;b';",
  ]);
});

test('splitStatements() yields an unterminated quote to the end of the script', async () => {
  assert.deepEqual(await split("SELECT 1; SELECT 'open; SELECT 2;"), ['1: SELECT 1;', "1: SELECT 'open; SELECT 2;"]);
  assert.deepEqual(await split('SELECT 1; /* open; SELECT 2;'), ['1: SELECT 1;', '1: /* open; SELECT 2;']);
});

test('splitStatements() finds the end of statements with many semicolons in a long script', async () => {
  const insert = `INSERT INTO t VALUES ('${';'.repeat(40)}');`;
  const statements = await split(Array.from({ length: 200 }, () => insert).join('\n'));
  assert.equal(statements.length, 200);
  assert.equal(statements.at(-1), `200: ${insert}`);
});

test('splitStatements() ends a broken statement early in a long script', async () => {
  const statements = await split(`SELEC 1;\n${'SELECT 1;\n'.repeat(200)}`);
  assert.deepEqual(statements.slice(0, 2), ['1: SELEC 1;', '2: SELECT 1;']);
});
