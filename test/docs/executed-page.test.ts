import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { executedPage } from '../../scripts/docs/executed-page.ts';
import { readPieces, writePieces } from '../../scripts/docs/page-blocks.ts';
import { makePageFolder } from '../../scripts/docs/page-folder.ts';
import { packageRoot } from '../../src/paths.ts';

const folder = await makePageFolder();
after(() => folder.remove());

/** A page as a reader of this file sees it: its fences are three apostrophes. */
const page = (text: string) => text.replaceAll("'''", '```');
const executed = (text: string) => executedPage(page(text), folder);

test('writePieces(readPieces(page)) is the page', () => {
  for (const name of ['README.md', 'docs/tutorial.md', 'docs/cookbook.md', 'docs/naming-topics.md']) {
    const text = readFileSync(join(packageRoot, name), 'utf8');
    assert.equal(writePieces(readPieces(text)), text, name);
  }
  assert.throws(() => readPieces(page("a\n'''sql\nSELECT 1")), { message: 'missing end of the block at line 2' });
});

test('executedPage(page) puts the table of the last statement with rows into the block below', async () => {
  const text =
    "One.\n\n'''sql\nCREATE TABLE t AS FROM range(3);\nSELECT sum(range) AS n FROM t;\nDROP TABLE t;\n'''\n'''\nold\n'''\nTwo.\n";
  const table = '┌────────┐\n│   n    │\n│ int128 │\n├────────┤\n│      3 │\n└────────┘';
  assert.equal(await executed(text), page(text).replace('old', table));
});

test('executedPage(page) leaves other blocks, and outputs that stand apart, as they are', async () => {
  const text = page("'''sql\nSELECT 1;\n'''\n\n'''\nnot its output\n'''\n\n'''json\n{}\n'''\n");
  assert.equal(await executedPage(text, folder), text);
});

test('executedPage(page) runs the commands of a console block, also over several lines', async () => {
  const text = `'''console
$ npx ducktopics query "
    SELECT 1 AS one" --format csv
old
$ echo a \\
    b
'''
`;
  assert.equal(await executed(text), page(text).replace('old', 'one\n1').replace('    b\n', '    b\na b\n'));
});

test('executedPage(page) runs sql in the database that the last command named, and lets go of it for commands', async () => {
  const text = `'''sh
npx ducktopics query "CREATE TABLE t AS SELECT 1 AS one" --db named.duckdb
'''
'''sql
INSERT INTO t VALUES (2);
'''
'''sh
npx ducktopics query "SELECT count(*) AS n FROM t" --db named.duckdb --format csv
'''
'''
'''
`;
  assert.match(await executed(text), /```\nn\n2\n```/);
});

test("executedPage(page) runs TypeScript that imports ducktopics, in the page's folder", async () => {
  const text = `'''ts
import { readdirSync } from 'node:fs';
import { open } from 'ducktopics';

await using db = await open();
console.log(await db.query('SELECT 41 + 1 AS n'), readdirSync('sql').includes('pipelines'));
'''
'''
'''
`;
  assert.match(await executed(text), /```\n\[ \{ n: 42 \} \] true\n```/);
});

test('executedPage(page) leaves out only what says why', async () => {
  const text = page("<!-- not run: it would fail -->\n'''sh\nexit 1\n'''\n");
  assert.equal(await executedPage(text, folder), text);
});

test('executedPage(page) tells the line of a block that fails', async () => {
  await assert.rejects(executed("a\n\n'''sql\nSELECT x;\n'''"), /^Error: line 3: Binder Error: .*"x"/);
  await assert.rejects(executed("'''sh\necho no >&2; exit 3\n'''"), { message: 'line 1: exit code 3\nno' });
  await assert.rejects(executed("'''sh\nfalse\ntrue\n'''"), /line 1: exit code 1/);
  await assert.rejects(executed("'''sh\nnpx left-pad\n'''"), /unknown program: left-pad, expected ducktopics/);
  await assert.rejects(executed("'''sql\nCREATE TABLE u (i INT);\n'''\n'''\n'''"), { message: 'line 1: missing rows' });
  await assert.rejects(executed("'''console\nls\n'''"), { message: 'line 1: missing command behind "$ "' });
});
