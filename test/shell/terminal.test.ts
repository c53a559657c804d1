import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commandFile } from '../support/command.ts';
import { ShellTerminal } from '../support/shell-terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { Terminal } from '../support/terminal.ts';
import { missingTmux } from '../support/tmux.ts';

const skip = missingTmux();
const folder = temporaryFolder();

test('shell runs statements of many lines, draws results as DuckDB does, and goes on after errors', {
  skip,
}, async (t) => {
  const shell = await ShellTerminal.start(t, [], { cwd: folder });
  const { terminal } = shell;
  assert.match(await terminal.screen(), /^DuckTopics \S+, DuckDB v\S+\nEnter "\.help" for usage hints\.\n/);
  await terminal.type('SELECT 42 AS answer,');
  await terminal.press('Enter');
  await terminal.type('  l2_normalize([3.0, 4.0]) AS unit, -- ; is no end here');
  await terminal.press('Enter');
  assert.equal(
    await shell.run("  'a;b' AS text;"),
    `SELECT 42 AS answer,
           l2_normalize([3.0, 4.0]) AS unit, -- ; is no end here
           'a;b' AS text;
┌────────┬────────────┬─────────┐
│ answer │    unit    │  text   │
│ int32  │  float[]   │ varchar │
├────────┼────────────┼─────────┤
│     42 │ [0.6, 0.8] │ a;b     │
└────────┴────────────┴─────────┘
`,
  );
  assert.equal(
    await shell.run('SELEC 1;'),
    'SELEC 1;\nParser Error: syntax error at or near "SELEC"\nLINE 1: SELEC 1;\n        ^\n',
  );
  assert.match(await shell.run('FROM missing;'), /Catalog Error: Table with name missing does not exist!/);
  assert.equal(
    await shell.run('.tabels'),
    `.tabels
Unknown Command Error: Unrecognized command 'tabels'
Did you mean: ".tables"
Run '.help' for more information.
`,
  );
  assert.match(
    await shell.run('.help mode'),
    /^\.help mode\n\.mode \?MODE\? +Set how results are printed\n {2}duckbox /,
  );
  assert.match(await shell.run('.functions l2_normalize'), /\nl2_normalize\(embedding\)\n/);
  assert.equal(await shell.run('CREATE TABLE mails (id INTEGER);'), 'CREATE TABLE mails (id INTEGER);\n');
  assert.equal(await shell.run('.tables'), '.tables\nmails\n');
  assert.match(
    await shell.run('SELECT 1 AS a; SELECT 2 AS b;'),
    /│ {3}a {3}│[\s\S]*│ {5}1 │[\s\S]*│ {3}b {3}│[\s\S]*│ {5}2 │/,
  );
  await terminal.press('C-d');
  assert.equal(await terminal.exitCode(), 1, 'there were errors, and the stock shell ends so too');
});

test('shell keeps its history between starts, a statement of many lines as one entry', { skip }, async (t) => {
  const env = { DUCKTOPICS_HISTORY: join(folder, 'state', 'history') };
  const first = await ShellTerminal.start(t, [], { cwd: folder, env });
  await first.run('SELECT 1 AS one;');
  await first.terminal.type('SELECT 2');
  await first.terminal.press('Enter');
  await first.run('  AS "t\\wo";');
  await first.run('SELECT 3 AS three;');
  await first.run('SELECT 3 AS three;');
  await first.run('SELECT 1 AS one;');
  await first.terminal.type('.quit');
  await first.terminal.press('Enter');
  assert.equal(await first.terminal.exitCode(), 0);
  assert.equal(
    readFileSync(env.DUCKTOPICS_HISTORY, 'utf8'),
    'SELECT 1 AS one;\nSELECT 2\\n  AS "t\\\\wo";\nSELECT 3 AS three;\nSELECT 1 AS one;\n.quit\n',
  );

  const second = await ShellTerminal.start(t, [], { cwd: folder, env });
  await second.terminal.press('Up');
  await second.hasTyped('.quit');
  await second.terminal.press('Up');
  await second.hasTyped('SELECT 1 AS one;');
  await second.terminal.press('Up');
  await second.hasTyped('SELECT 3 AS three;');
  await second.terminal.press('Up');
  await second.hasTyped('SELECT 2\n  AS "t\\wo";');
  await second.terminal.press('Enter');
  assert.match(await second.nextPrompt(), /│ t\\wo {2}│\n│ int32 │\n├─+┤\n│ {5}2 │/);
  await second.terminal.press('Up', 'Up', 'Up', 'Down');
  await second.hasTyped('.quit');
  await second.terminal.press('Enter');
  assert.equal(await second.terminal.exitCode(), 0);
});

test('Tab completes keywords, tables, columns, functions, dot commands, their arguments and files', {
  skip,
}, async (t) => {
  mkdirSync(join(folder, 'scripts'));
  writeFileSync(join(folder, 'scripts', 'report.sql'), "SELECT 'the report' AS text;\n");
  const shell = await ShellTerminal.start(t, [], { cwd: folder });
  const { terminal } = shell;
  await shell.run('CREATE TABLE messages (id INTEGER, body_text VARCHAR);');
  const cases: [typed: string, completed: string][] = [
    ['sel', 'select'],
    ['SEL', 'SELECT'],
    ['FROM mess', 'FROM messages'],
    ['SELECT id FROM messages WHERE body', 'SELECT id FROM messages WHERE body_text'],
    ['SELECT * FROM kmeans_tr', 'SELECT * FROM kmeans_train'],
    ['SELECT label_clus', 'SELECT label_cluster'],
    ['.max', '.max'],
    ['.maxr', '.maxrows'],
    ['.mode markd', '.mode markdown'],
    ['.schema mess', '.schema messages'],
    ['.functions assign', '.functions assign_clusters'],
    ['.read scr', '.read scripts/'],
    ['.read scripts/rep', '.read scripts/report.sql'],
  ];
  for (const [typed, completed] of cases) {
    await terminal.type(typed);
    await shell.hasTyped(typed);
    await terminal.press('Tab');
    await shell.hasTyped(completed);
    await shell.drop();
  }
  await terminal.type('SELECT body_text');
  await terminal.press('Enter');
  await terminal.type('FROM mess');
  await terminal.press('Tab');
  await shell.hasTyped('SELECT body_text\n         FROM messages');
  assert.match(await shell.run(';'), /│ body_text │\n│ {2}varchar {2}│\n└─+┘\n {3}0 rows/);
  await terminal.type('.mode js');
  await terminal.press('Tab');
  await shell.hasTyped('.mode json');
  await terminal.press('Tab', 'Tab');
  await terminal.shows(/json +jsonlines/);
});

test('Ctrl-C drops what is typed, and cancels a query but not the shell, which shows how the query gets on', {
  skip,
}, async (t) => {
  const shell = await ShellTerminal.start(t, [], { cwd: folder, columns: 120 });
  const { terminal } = shell;
  await terminal.type('SELECT (');
  await terminal.press('Enter');
  await terminal.type('1 +');
  await shell.drop();
  assert.match(await shell.run('SELECT 5 AS five;'), /│ {5}5 │/);
  await shell.run('CREATE TABLE numbers AS SELECT range AS n FROM range(4_000_000);');
  const distance = 'levenshtein(repeat(n::VARCHAR, 20), repeat((n + 1)::VARCHAR, 20))';
  const queries: [sql: string, line: RegExp][] = [
    // DuckDB does not always have an estimate; then the time stands alone, without a bar.
    ['SELECT sum(hash(range) % 7) FROM range(900_000_000_000);', /^memory: SELECT sum\(hash\(range\).* {2}\d+\.\d+ s/m],
    // Of a table that is stored it has one.
    [
      `SELECT max(${distance}) FROM numbers;`,
      /^memory: SELECT max\(lev.* {2}(?=.{24} {2})█+░* {2}\d+ %.* {2}\d+\.\d+ s/m,
    ],
  ];
  for (const [sql, line] of queries) {
    await terminal.type(sql);
    await terminal.press('Enter');
    await terminal.shows(line);
    await terminal.press('C-c');
    const printed = await shell.nextPrompt();
    assert.match(printed, /\nINTERRUPT Error: Interrupted!\n$/);
    assert.doesNotMatch(printed, /^memory: /m, 'the bar is taken away');
    assert.match(await shell.run('SELECT 5 AS five;'), /│ {5}5 │/);
  }
  await terminal.press('C-c');
  await shell.nextPrompt();
  assert.match(await shell.run('SELECT 6 AS six;'), /│ {5}6 │/);
});

test('what is typed while a query runs is run after it', { skip }, async (t) => {
  const shell = await ShellTerminal.start(t, [], { cwd: folder });
  await shell.terminal.type('SELECT sum(hash(range) % 7) >= 0 AS done FROM range(20_000_000);');
  await shell.terminal.press('Enter');
  await shell.terminal.type("SELECT 'typed ' || 'ahead' AS text;");
  await shell.terminal.press('Enter');
  await shell.terminal.shows(/│ true +│[\s\S]*│ typed ahead │/);
});

test('lines that are pasted at once run one after the other', { skip }, async (t) => {
  const shell = await ShellTerminal.start(t, [], { cwd: folder });
  await shell.terminal.type(
    "CREATE TABLE pasted (a INTEGER,\n\tb VARCHAR);\nINSERT INTO pasted VALUES (1, 'x');\nFROM pasted;\nSELECT 3",
  );
  await shell.terminal.shows(/│ {5}1 │ x {7}│\n└─+┴─+┘\nmemory D SELECT 3$/);
  await shell.terminal.type(' AS three;');
  await shell.terminal.press('Enter');
  await shell.terminal.shows(/│ {5}3 │/);
});

test('after Ctrl-Z and fg the prompt is back with what was typed', { skip }, async (t) => {
  const terminal = await Terminal.start(t, ['bash', '--norc', '--noprofile', '-i'], {
    cwd: folder,
    env: { HOME: folder, DUCKTOPICS_HISTORY: '' },
  });
  await terminal.type(`${process.execPath} ${commandFile} shell`);
  await terminal.press('Enter');
  await terminal.shows(/^memory D$(?![\s\S])/m);
  await terminal.type('SELECT 1');
  await terminal.shows(/^memory D SELECT 1$/m);
  await terminal.press('C-z');
  await terminal.shows(/Stopped/);
  await terminal.type('fg');
  await terminal.press('Enter');
  await terminal.shows(/Stopped[\s\S]*^memory D SELECT 1$/m);
  await terminal.type(' AS back;');
  await terminal.press('Enter');
  await terminal.shows(/│ back {2}│/);
});

test('.mode, .timer, .output, .once, .open and .read work at the prompt', { skip }, async (t) => {
  const shell = await ShellTerminal.start(t, [], { cwd: folder });
  const sql = "SELECT 1 AS a, NULL AS b, 'x' AS c;";
  const modes: Record<string, string> = {
    csv: 'a,b,c\n1,NULL,x\n',
    json: '[{"a":1,"b":null,"c":"x"}]\n',
    jsonlines: '{"a":1,"b":null,"c":"x"}\n',
    markdown: '| a |  b   | c |\n|--:|-----:|---|\n| 1 | NULL | x |\n',
    table: '+---+------+---+\n| a |  b   | c |\n+---+------+---+\n| 1 | NULL | x |\n+---+------+---+\n',
    box: '┌───┬──────┬───┐\n│ a │  b   │ c │\n├───┼──────┼───┤\n│ 1 │ NULL │ x │\n└───┴──────┴───┘\n',
    line: '    a = 1\n    b = NULL\n    c = x\n',
    list: 'a|b|c\n1|NULL|x\n',
  };
  for (const [mode, expected] of Object.entries(modes)) {
    await shell.run(`.mode ${mode}`);
    assert.equal(await shell.run(sql), `${sql}\n${expected}`);
  }
  assert.match(await shell.run('.mode xml'), /\nError: mode should be one of: box csv duckbox json/);
  await shell.run('.timer on');
  assert.match(await shell.run(sql), /\nRun Time \(s\): real \d+\.\d{3} user \d+\.\d{6} sys \d+\.\d{6}\n$/);
  await shell.run('.timer off');
  await shell.run('.mode csv');
  await shell.run('.output results.csv');
  assert.equal(await shell.run('SELECT 1 AS a;'), 'SELECT 1 AS a;\n');
  await shell.run('.output');
  await shell.run('.once one.csv');
  await shell.run('SELECT 2 AS b;');
  assert.equal(await shell.run('SELECT 3 AS c;'), 'SELECT 3 AS c;\nc\n3\n');
  assert.equal(readFileSync(join(folder, 'results.csv'), 'utf8'), 'a\n1\n');
  assert.equal(readFileSync(join(folder, 'one.csv'), 'utf8'), 'b\n2\n');
  writeFileSync(join(folder, 'make.sql'), 'CREATE TABLE made AS\n  SELECT 7 AS n;\nFROM made;\n');
  await shell.run('.open kept.duckdb');
  assert.equal(await shell.run('.read make.sql'), '.read make.sql\nn\n7\n');
  assert.match(await shell.run('.read nothing.sql'), /\nError: cannot open "nothing\.sql"\n$/);
  await shell.run('.open --readonly kept.duckdb');
  assert.match(await shell.run('DROP TABLE made;'), /read-only mode/);
  assert.equal(await shell.run('FROM made;'), 'FROM made;\nn\n7\n');
});

test('a duckbox fits the terminal: long values go on in the next line, middle columns and rows are left out', {
  skip,
}, async (t) => {
  const shell = await ShellTerminal.start(t, [], { cwd: folder, columns: 90, rows: 60 });
  assert.equal(
    await shell.run("SELECT repeat('abcdefghi ', 14) AS x, 5 AS y;"),
    `SELECT repeat('abcdefghi ', 14) AS x, 5 AS y;
┌────────────────────────────────────────────────────────────────────────────────┬───────┐
│                                       x                                        │   y   │
│                                    varchar                                     │ int32 │
├────────────────────────────────────────────────────────────────────────────────┼───────┤
│ abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi abcdefgh │     5 │
│ i abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi                  │       │
└────────────────────────────────────────────────────────────────────────────────┴───────┘
`,
  );
  const columns = Array.from({ length: 12 }, (_, index) => `${index} AS column_${index}`).join(', ');
  const wide = await shell.run(`SELECT ${columns} FROM range(100);`);
  assert.match(wide, /│ column_0 │ column_1 │ column_2 │ column_3 │ … │ column_9 │ column_10 │ column_11 │/);
  assert.match(wide, /\n {2}100 rows \(40 shown\) +12 columns \(7 shown\)\n$/);
  assert.equal(wide.match(/^│ .*·.*│$/gm)?.length, 3);
});
