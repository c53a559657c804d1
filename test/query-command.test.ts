import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { lineWidth } from '../src/cli/print-result.ts';
import { ducktopics, startDucktopics } from './support/command.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();

async function output(args: string[], input?: string): Promise<string> {
  const ended = await ducktopics(['query', ...args], input === undefined ? {} : { input });
  assert.equal(ended.stderr, '');
  assert.equal(ended.code, 0);
  return ended.stdout;
}

test('query prints a box with the names and types of the columns', async () => {
  assert.equal(
    await output(["SELECT l2_normalize([3.0, 4.0]) AS unit, 7 AS n, 'é日本' AS word, NULL AS nothing"]),
    `┌────────────┬───────┬─────────┬─────────┐
│    unit    │   n   │  word   │ nothing │
│  float[]   │ int32 │ varchar │  int32  │
├────────────┼───────┼─────────┼─────────┤
│ [0.6, 0.8] │     7 │ é日本   │    NULL │
└────────────┴───────┴─────────┴─────────┘
`,
  );
});

test('query prints the last of several results, and nothing for statements without rows', async () => {
  assert.equal(await output(['SELECT 1 AS a; SELECT 2 AS b;', '--format', 'csv']), 'b\n2\n');
  assert.equal(await output(['SELECT 1 AS a; CREATE TABLE t AS SELECT 1;', '--format', 'csv']), 'a\n1\n');
  assert.equal(await output(['CREATE TABLE t (i INTEGER); INSERT INTO t VALUES (1); CHECKPOINT']), '');
  assert.equal(await output(['-- nothing to do']), '');
});

test('query - reads the statements from standard input', async () => {
  assert.equal(await output(['-', '--format', 'csv'], '\uFEFFSELECT 1 AS a;\r\nSELECT 2 AS b;\r\n'), 'b\n2\n');
});

test('query keeps what it wrote in the file of --db', async () => {
  const file = join(folder, 'kept.duckdb');
  assert.equal(await output(['CREATE TABLE t AS SELECT 42 AS answer', '--db', file]), '');
  assert.equal(await output(['FROM t', '--db', file, '--readonly', '--format', 'csv']), 'answer\n42\n');
});

test('query --format json writes valid JSON for every type', async () => {
  const json = await output([
    `SELECT 9007199254740993 AS big, 1.10::DECIMAL(5, 2) AS price, 0.5 AS half, 'NaN'::DOUBLE AS nan, '-inf'::FLOAT AS inf,
      DATE '2020-02-29' AS day, TIMESTAMP '2020-02-29 12:30:00' AS moment, INTERVAL 3 DAY AS span, '\\x00a'::BLOB AS bytes,
      [1.5::FLOAT, 'NaN'::FLOAT, NULL] AS list, {'a': 1, 'b "c"': [DATE '2020-01-01']} AS struct, MAP {'k': 'NaN, "v"'} AS map,
      '{"x": [1]}'::JSON AS json, true AS yes, NULL AS nothing, 'NaN "quoted"' AS text, 1 AS text,
      'x'::ENUM ('x', 'y') AS enum, [1, 2]::INTEGER[2] AS pair, 340282366920938463463374607431768211455::UHUGEINT AS huge`,
    '--format',
    'json',
  ]);
  assert.match(json, /"big":9007199254740993,/);
  assert.match(json, /"huge":340282366920938463463374607431768211455}/);
  assert.deepEqual(JSON.parse(json.replace(/"(big|huge)":\d+/g, '"$1":0')), [
    {
      big: 0,
      price: 1.1,
      half: 0.5,
      nan: null,
      inf: null,
      day: '2020-02-29',
      moment: '2020-02-29 12:30:00',
      span: '3 days',
      bytes: '\\x00a',
      list: [1.5, null, null],
      struct: { a: 1, 'b "c"': ['2020-01-01'] },
      map: { k: 'NaN, "v"' },
      json: { x: [1] },
      yes: true,
      nothing: null,
      text: 'NaN "quoted"',
      text_1: 1,
      enum: 'x',
      pair: [1, 2],
      huge: 0,
    },
  ]);
});

test('query --format json writes an array, also for no rows and for many', async () => {
  assert.equal(await output(['SELECT 1 AS a WHERE false', '--format', 'json']), '[]\n');
  assert.equal(
    await output(['SELECT 1 AS a UNION ALL SELECT 2 ORDER BY a', '--format', 'json']),
    '[{"a":1},\n{"a":2}]\n',
  );
  const many = JSON.parse(await output(['SELECT range AS a FROM range(10000)', '--format', 'json']));
  assert.equal(many.length, 10_000);
  assert.deepEqual(many[9999], { a: 9999 });
});

test('query --format csv quotes where it must and tells NULL from an empty text', async () => {
  assert.equal(
    await output([`SELECT 'a,b' AS x, 'say "hi"' AS "y,z", 'two\nlines' AS l, '' AS e, NULL AS n`, '--format', 'csv']),
    'x,"y,z",l,e,n\n"a,b","say ""hi""","two\nlines","",\n',
  );
});

test('query --format csv can be read back by DuckDB', async () => {
  const sql = "SELECT range AS id, 'text, \"' || range AS t, [range, 1] AS l FROM range(5000)";
  const file = join(folder, 'back.csv');
  writeFileSync(file, await output([sql, '--format', 'csv']));
  const summary = `SELECT count(*) AS n, sum(id) AS s, count(DISTINCT t) AS d FROM '${file}'`;
  assert.equal(await output([summary, '--format', 'csv']), 'n,s,d\n5000,12497500,5000\n');
});

test('query --format markdown aligns numbers and escapes bars and line breaks', async () => {
  assert.equal(
    await output(["SELECT 1 AS n, 'a|b\nc' AS t, NULL AS x", '--format', 'markdown']),
    '| n | t | x |\n|---:|---|---:|\n| 1 | a\\|b<br>c | NULL |\n',
  );
});

test('query shows the first and last rows of a long table and counts all', async () => {
  const table = await output(['SELECT range AS id FROM range(100000)', '--max-rows', '4']);
  assert.deepEqual(
    table
      .split('\n')
      .slice(4, -3)
      .map((line) => line.replaceAll(/[│ ]/g, '')),
    ['0', '1', '·', '·', '·', '99998', '99999'],
  );
  assert.match(table, /100,000 rows \(4 shown\)\n$/);
  assert.match(await output(['SELECT range AS id FROM range(40)']), /│ {4}39 │\n└─+┘\n$/);
  const most = await output(['SELECT range AS id FROM range(200_001)', '--max-rows', '200000']);
  assert.match(most, /│ 200000 │\n└─+┘\n {2}200,001 rows \(200000 shown\)\n$/);
});

test('query cuts wide cells and leaves out middle columns so that a table fits its width', async () => {
  const columns = Array.from({ length: 30 }, (_, index) => `'${'x'.repeat(60)}' AS c${index}`).join(', ');
  const table = await output([`SELECT ${columns}`]);
  for (const line of table.trimEnd().split('\n')) assert.ok(line.length <= 120, line);
  assert.match(table, /│ … │/);
  assert.match(table, /30 columns \(\d shown\)/);
});

test('query cuts the only column of a table that does not fit', async () => {
  const { stdout } = await ducktopics(['query', "SELECT 'abcdefghijklmnop' AS word"], { env: { COLUMNS: '12' } });
  assert.equal(
    stdout,
    `┌──────────┐
│   word   │
│ varchar  │
├──────────┤
│ abcdefg… │
└──────────┘
`,
  );
});

test('lineWidth takes 80 for a terminal that says 0', () => {
  assert.equal(lineWidth(0), 80);
  assert.equal(lineWidth(132), 132);
});

test('query shows times in the time zone of the session', async () => {
  const sql = "SET TimeZone = 'Asia/Tokyo'; SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' AS t";
  assert.equal(await output([sql, '--format', 'csv']), 't\n2020-01-01 09:00:00+09\n');
});

test('query prints the plan of EXPLAIN as DuckDB draws it', async () => {
  assert.match(await output(['EXPLAIN SELECT 42']), /^┌─+┐\n│ +PROJECTION/);
});

test('query with bad SQL shows the place, the reason and the statement, and ends with 1', async () => {
  const ended = await ducktopics(['query', 'SELECT 1;\nSELEC 2;']);
  assert.equal(ended.code, 1);
  assert.equal(ended.stdout, '');
  assert.match(ended.stderr, /^ducktopics: query:2: Parser Error: syntax error at or near "SELEC"/);
  assert.match(ended.stderr, /LINE 2: SELEC 2;\n {8}\^/);
  assert.match(ended.stderr, /2 \| SELEC 2;/);
});

test('query of a table that is not there names the command that lists the tables', async () => {
  const { code, stderr } = await ducktopics(['query', 'FROM topics']);
  assert.equal(code, 1);
  assert.match(stderr, /Table with name topics does not exist/);
  assert.match(stderr, /SHOW ALL TABLES" --db FILE\n$/);
});

test('query with an unknown function names the command that lists the functions', async () => {
  const { stderr } = await ducktopics(['query', 'SELECT nearest_centriod([1.0], [[1.0]])']);
  assert.match(stderr, /nearest_centriod does not exist/);
  assert.match(stderr, /ducktopics functions\n$/);
});

test('query that fails while its rows are read ends with 1', async () => {
  const sql = "SELECT CAST(CASE WHEN range = 150000 THEN 'x' ELSE '1' END AS INTEGER) AS n FROM range(200000)";
  const { code, stderr } = await ducktopics(['query', sql, '--format', 'csv']);
  assert.equal(code, 1);
  assert.match(stderr, /query:1: Conversion Error: Could not convert string 'x' to INT32/);
});

test('query with a wrong command line ends with 2 and says what is allowed', async () => {
  const cases: [string[], RegExp][] = [
    [['query'], /missing required argument 'sql'\nsee: ducktopics query --help/],
    [['query', 'SELECT 1', '--fromat', 'csv'], /unknown option '--fromat'\n\(Did you mean --format\?\)/],
    [['query', 'SELECT 1', '--format', 'xml'], /'xml' is invalid\. Allowed choices are table, .*arrow\./],
    [['query', 'SELECT', '1'], /too many arguments for 'query'\. Expected 1 argument but got 2/],
    [['query', 'SELECT 1', '--threads', '0'], /Expected a whole number of at least 1/],
    [
      ['query', 'SELECT 1', '--memory-limit', 'lots'],
      /'--memory-limit <size>' argument 'lots' is invalid\. Expected a number and a unit/,
    ],
    [['quary', 'SELECT 1'], /unknown command 'quary'\n\(Did you mean query\?\)\nsee: ducktopics --help/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await ducktopics(args);
    assert.equal(code, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, message);
  }
});

test('query with a database that cannot be opened says why and what to do', async () => {
  const { code, stderr } = await ducktopics(['query', 'SELECT 1', '--db', folder]);
  assert.equal(code, 1);
  assert.match(stderr, /^ducktopics: cannot open .*Is a directory\ngive the name of a file in that folder\n$/);
});

test('query whose reader has gone ends without a word', async () => {
  const child = startDucktopics(['query', 'SELECT range AS id FROM range(3000000)', '--format', 'csv']);
  child.stdout.once('data', () => child.stdout.destroy());
  const stderr = text(child.stderr);
  const [code] = await once(child, 'close');
  assert.equal(await stderr, '');
  assert.equal(code, 141);
});

test('a query that fails after its first rows prints no rows and an error', async () => {
  const sql = "SELECT CASE WHEN id = 150_000 THEN error('boom') ELSE id END AS id FROM range(200_000) AS r(id)";
  for (const format of ['csv', 'json', 'table', 'markdown']) {
    const { code, stdout, stderr } = await ducktopics(['query', sql, '--format', format]);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /boom/);
  }
});
