import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { ducktopics, type Ended, ended } from '../support/command.ts';
import { preparePython } from '../support/python.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const python = await preparePython();
const stockShell = join(dirname(python.path), 'duckdb');
const skip = python.missing;
const folder = temporaryFolder();
const scripts = join(import.meta.dirname, 'scripts');

/** A home folder of their own keeps the init files of whoever runs the tests away. */
const env = { HOME: folder, COLUMNS: '80' };

function stock(args: string[], input = ''): Promise<Ended> {
  const child = spawn(stockShell, args, { cwd: folder, env: { ...process.env, ...env } });
  child.stdin.end(input);
  return ended(child);
}

function ours(args: string[], input = ''): Promise<Ended> {
  return ducktopics(['shell', ...args], { input, cwd: folder, env });
}

async function assertSame(args: string[], input = ''): Promise<void> {
  const [expected, actual] = await Promise.all([stock(args, input), ours(args, input)]);
  const context = `duckdb ${args.join(' ')}\n${expected.stderr}\nducktopics shell ${args.join(' ')}\n${actual.stderr}`;
  assert.equal(actual.stdout, expected.stdout, context);
  assert.equal(actual.code, expected.code, context);
}

for (const file of readdirSync(scripts).sort()) {
  test(`shell gives for ${file} what the stock shell gives, in csv and json modes`, { skip }, async () => {
    const script = readFileSync(join(scripts, file), 'utf8');
    await Promise.all([assertSame(['-csv'], script), assertSame(['-json'], script)]);
  });
}

test('shell says of SQL that fails what the stock shell says', { skip }, async () => {
  const script = readFileSync(join(scripts, 'errors.sql'), 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('.'))
    .join('\n');
  const [expected, actual] = await Promise.all([stock(['-csv'], script), ours(['-csv'], script)]);
  assert.equal(actual.stderr.trimEnd(), expected.stderr.trimEnd());
});

test('shell takes the options of the stock shell and ends with its exit codes', { skip }, async () => {
  const file = join(folder, 'file.sql');
  const failing = join(folder, 'failing.sql');
  writeFileSync(file, 'SELECT 1 AS a;\nSELECT 2 AS b;');
  writeFileSync(failing, "SELECT 1 AS a;\nSELECT error('no');\nSELECT 2 AS b;\n");
  const database = join(folder, 'kept.duckdb');
  await stock([database, '-c', 'CREATE TABLE t AS SELECT 42 AS answer']);
  const cases: [args: string[], input?: string][] = [
    [['-csv', '-c', 'SELECT 1 AS a', '-c', 'SELEC', '-c', 'SELECT 2 AS b']],
    [['-csv', '-f', failing]],
    [['-csv', '-f', join(folder, 'missing.sql')]],
    [['-csv', '-f', file, '-c', 'SELECT 5 AS e']],
    [['-json', ':memory:', 'SELECT 1 AS a', 'SELECT 2 AS b']],
    [['-csv', '-bail'], "SELECT error('no');\nSELECT 2 AS b;\n"],
    [['-csv'], "SELECT error('no');\n.quit\nSELECT 2 AS b;\n"],
    [['-csv'], '.exit 7\nSELECT 2 AS b;\n'],
    [['-csv'], `.read ${failing}\nSELECT 3 AS c;\n`],
    [['-csv', '-noheader', '-nullvalue', '-'], 'SELECT 1 AS a, NULL AS b;'],
    [['-csv', '-cmd', '.mode json'], 'SELECT 1 AS a;'],
    [['-csv', '-init', file], 'SELECT 3 AS c;'],
    [['-csv', '-readonly', database], 'FROM t; INSERT INTO t VALUES (1);'],
    [['-csv', '-readonly', join(folder, 'missing.duckdb')], 'SELECT 1;'],
    [['-markdown', '-c', 'SELECT 1 AS a, NULL AS longer']],
    [['-list', '-separator', ';', '-c', "SELECT 1 AS a, 'x' AS b"]],
  ];
  for (const pair of Array.from({ length: Math.ceil(cases.length / 2) }, (_, index) =>
    cases.slice(2 * index, 2 * index + 2),
  )) {
    await Promise.all(pair.map(([args, input]) => assertSame(args, input)));
  }
});
