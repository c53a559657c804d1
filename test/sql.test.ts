import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DuckTopics, open } from '../src/index.ts';
import { packageRoot } from '../src/paths.ts';
import { assertSameValues } from './support/assert-values.ts';
import { readSqlCases, type SqlCase } from './support/sql-cases.ts';

const folder = join(packageRoot, 'test', 'sql');

for (const file of readdirSync(folder).filter((name) => name.endsWith('.sql'))) {
  test(file, async (t) => {
    await using db = await open();
    for (const sqlCase of readSqlCases(join(folder, file))) {
      if (sqlCase.isSetup) await db.query(sqlCase.sql);
      else await t.test(sqlCase.title, () => check(db, file, sqlCase));
    }
  });
}

async function check(db: DuckTopics, file: string, { line, sql, rows, error }: SqlCase): Promise<void> {
  const place = `test/sql/${file}:${line}: ${sql}`;
  assert.ok(sql !== '' && !(error !== undefined && rows.length > 0), `${place}: expects both rows and an error`);
  if (error !== undefined) {
    await assert.rejects(
      () => db.query(sql),
      (thrown: Error) => {
        assert.ok(thrown.message.includes(error), `${place}\nexpected ${error}\ngot      ${thrown.message}`);
        return true;
      },
    );
    return;
  }
  const result = await db.connection.run(sql);
  assertSameValues(await result.getRowsJS(), rows.length === 0 ? [] : await expectedRows(db, rows), place);
}

/** DuckDB reads the expected rows too, so that they are written as SQL. */
async function expectedRows(db: DuckTopics, rows: string[]): Promise<unknown[]> {
  const values: unknown[] = [];
  for (const row of rows) {
    // Each by itself: together their types would have to agree.
    const result = await db.connection.run(`FROM (VALUES ${row}) AS expected`);
    values.push(...(await result.getRowsJS()));
  }
  return values;
}
