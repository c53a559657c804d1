import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ducktopics, type Ended } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

function shell(args: string[], input = ''): Promise<Ended> {
  return ducktopics(['shell', ...args], { input, cwd: folder, env: { HOME: folder } });
}

test('shell knows every function, those that name topics too', async () => {
  const { code, stdout, stderr } = await shell(
    ['-csv'],
    `CREATE TABLE messages AS FROM synthetic_embeddings(200, 8, clusters := 2);
     CREATE TABLE topics AS FROM kmeans_train('messages', k := 2);
     SELECT count(DISTINCT nearest_centroid(embedding, 'topics')) AS topics FROM messages;
     SELECT label_cluster(['the invoice is late', 'invoice number 7', 'pay the invoice']) AS label;`,
  );
  assert.equal(stderr, '');
  assert.match(stdout, /^topics\n2\nlabel\n.*invoice.*\n$/);
  assert.equal(code, 0);
});

test('shell -c runs dot commands too, and .exit ends the rest', async () => {
  const { code, stdout } = await shell([
    '-c',
    '.mode json',
    '-c',
    'SELECT 1 AS a',
    '-c',
    '.exit 4',
    '-c',
    'SELECT 2 AS b',
  ]);
  assert.equal(stdout, '[{"a":1}]\n');
  assert.equal(code, 4);
});

test('shell runs ~/.ducktopicsrc first, and the flags have the last word', async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, '.ducktopicsrc'), '.mode json\n.nullvalue none\nCREATE TEMP TABLE t AS SELECT NULL AS a;\n');
  const run = (...args: string[]) =>
    ducktopics(['shell', ...args, '-c', 'FROM t'], { cwd: folder, env: { HOME: home } });
  assert.equal((await run()).stdout, '[{"a":null}]\n');
  assert.equal((await run('-csv')).stdout, 'a\nnone\n');
  assert.match((await run('-no-init')).stderr, /Table with name t does not exist/);
});

test('.output, .once, .read, .open, .print, .cd and .shell work in a script', async () => {
  writeFileSync(join(folder, 'inner.sql'), "SELECT 'inner' AS text;\n.print from inside\n");
  const { code, stdout, stderr } = await shell(
    ['-csv'],
    `.output all.csv
SELECT 1 AS a; SELECT 2 AS b;
.print into the file
.output
.once "one more.csv"
SELECT 3 AS c; SELECT 4 AS d;
SELECT 5 AS e;
.read inner.sql
.open scripted.duckdb
CREATE TABLE t AS SELECT 6 AS f;
.tables
.open
.tables
.open scripted.duckdb
.databases
FROM t;
.cd /
.shell pwd
`,
  );
  assert.equal(stderr, '');
  assert.equal(readFileSync(join(folder, 'all.csv'), 'utf8'), 'a\n1\nb\n2\ninto the file\n');
  assert.equal(readFileSync(join(folder, 'one more.csv'), 'utf8'), 'c\n3\nd\n4\n');
  assert.equal(stdout, `e\n5\ntext\ninner\nfrom inside\nt\nscripted: ${join(folder, 'scripted.duckdb')}\nf\n6\n/\n`);
  assert.equal(code, 0);
});

test('what cannot be done is said, and the shell goes on', async () => {
  writeFileSync(join(folder, 'itself.sql'), '.read itself.sql\n');
  const cases: [line: string, message: RegExp][] = [
    ['.read', /Invalid Command Error: Invalid usage of command '\.read'\n\nUsage: '\.read FILE'\n/],
    ['.read .', /Error: cannot open "\.": it is a folder\n/],
    ['.read itself.sql', /Error: cannot read "itself\.sql": files read each other more than 25 deep\n/],
    ['.output missing/folder/x', /Error: cannot open "missing\/folder\/x": ENOENT: no such file or directory\n/],
    ['.output |less', /Error: cannot write to "\|less": expected a file, got a command\n/],
    ['.once | sort -r', /Error: cannot write to "\| sort -r": expected a file, got a command\n/],
    ['.output one two', /.*\n\nUsage: '\.output \?FILE\?'\n/],
    ['.open missing/folder/x.duckdb', /Error: cannot open missing\/folder\/x\.duckdb: .*\nmake the folder first.*\n/],
    ['.open --readonly', /Error: cannot open :memory:.*\nname a file.*\n/],
    ['.headers maybe', /.*\n\nUsage: '\.headers on\|off'\n/],
    ['.maxrows many', /.*\n\nUsage: '\.maxrows \?COUNT\?'\n/],
    ['.exit now', /.*\n\nUsage: '\.exit \?CODE\?'\n/],
    ['.functions kmeans_trian', /Error: unknown function: kmeans_trian, did you mean kmeans_train\?\n.*\n/],
    ['.help nothing', /Error: unknown command: nothing; list them with: \.help\n/],
    ['.s', /.* Ambiguous command 's'\n\nDid you mean: "\.schema", "\.separator", "\.shell", "\.show"\n.*\n/],
    ['.tabels', /.* Unrecognized command 'tabels'\n\nDid you mean: "\.tables"\nRun '\.help' for more information\.\n/],
    ['.', /.* Unrecognized command ''\n.*\n/],
    ['.cd nowhere', /Error: cannot change to folder "nowhere": ENOENT.*\n/],
    ['.shell exit 3', /Error: the command ended with 3\n/],
  ];
  const { code, stdout, stderr } = await shell(['-csv'], cases.map(([line]) => `${line}\nSELECT 1 AS a;\n`).join(''));
  assert.equal(stdout, 'a\n1\n'.repeat(cases.length));
  assert.equal(code, 1);
  let rest = stderr;
  for (const [line, message] of cases) {
    const found = message.exec(rest);
    assert.equal(found?.index, 0, `${line}: ${rest}`);
    rest = rest.slice(found[0].length);
  }
  assert.equal(rest, '');
});

test('shell with a wrong command line ends with 2, and one with a database that cannot be opened with 1', async () => {
  const wrong = await shell(['-bogus']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /unknown option '--bogus'\nsee: ducktopics shell --help/);
  const { code, stderr } = await shell([join(folder, 'missing', 'x.duckdb'), '-c', 'SELECT 1']);
  assert.equal(code, 1);
  assert.match(stderr, /^ducktopics: cannot open .*missing\/x\.duckdb: /);
});

test('a duckbox counts what it leaves out', async () => {
  const { stdout } = await shell(['-c', 'SELECT range AS n, range * 2 AS twice FROM range(1000)']);
  assert.match(stdout, /│ {4}19 │ {4}38 │\n│ {5}· │ {5}· │\n│ {5}· │ {5}· │\n│ {5}· │ {5}· │\n│ {3}980 │ {2}1960 │\n/);
  assert.match(stdout, /│ {3}999 │ {2}1998 │\n└─+┴─+┘\n {4}1000 rows\n {3}\(40 shown\)\n$/);
  const few = await shell(['-c', '.maxrows 2', '-c', 'SELECT range AS n FROM range(6)']);
  assert.match(few.stdout, /│ +0 │\n(│ +· │\n){3}│ +5 │\n└─+┘\n +6 rows\n +\(2 shown\)\n$/);
});
