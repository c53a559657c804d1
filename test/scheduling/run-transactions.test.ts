import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { failureOf } from '../../src/cli/run/exit-codes.ts';
import { runInTransaction } from '../../src/cli/run/transaction.ts';
import { open } from '../../src/index.ts';
import { newDatabase, run, script, tablesOf } from './unattended-run.ts';

suite('transactions', () => {
  test('a script is one transaction, and each of several scripts its own', async () => {
    const database = newDatabase();
    const second = script('CREATE TABLE b AS SELECT 1; CREATE TABLE c AS SELECT 1 / nothing;');
    const { code } = await run('CREATE TABLE a AS SELECT 1;', [second, '--db', database]);
    assert.equal(code, 3);
    assert.deepEqual(await tablesOf(database), ['a']);
  });

  test('a script with BEGIN keeps what it commits, and what stands outside', async () => {
    const database = newDatabase();
    const sql = `
      CREATE TABLE outside AS SELECT 1;
      begin transaction; CREATE TABLE committed AS SELECT 1; COMMIT;
      START TRANSACTION; CREATE TABLE lost AS SELECT 1; SELECT CAST('x' AS INTEGER);`;
    const { code, stderr } = await run(sql, ['--db', database]);
    assert.equal(code, 65);
    assert.match(stderr, /rolled back: nothing of the transaction is kept\n$/);
    assert.deepEqual(await tablesOf(database), ['committed', 'outside']);
  });

  test('a script that does not end its transaction is refused', async () => {
    const database = newDatabase();
    const { code, stderr } = await run('BEGIN; CREATE TABLE lost AS SELECT 1;', ['--db', database]);
    assert.equal(code, 3);
    assert.match(stderr, /invalid script: .* ends inside the transaction that it began\nend it with: COMMIT;\n/);
    assert.deepEqual(await tablesOf(database), []);
  });

  test('a script that ends a transaction before it begins one is refused before it runs', async () => {
    const database = newDatabase();
    await using db = await open(database);
    const progress = { start() {}, finish() {}, abandon() {}, pause() {} };
    let rolledBack = false;
    const runText = (text: string) =>
      runInTransaction(db.connection, { name: 'job.sql', text }, { progress, checkpoint() {} }, () => {
        rolledBack = true;
      });
    for (const end of ['COMMIT', 'end', 'Rollback', 'ABORT TRANSACTION']) {
      const text = `CREATE TABLE kept AS SELECT 1;\n-- done\n${end};\nSELECT nothing;`;
      const [word = ''] = end.toUpperCase().split(' ');
      await assert.rejects(
        runText(text),
        (error: Error) =>
          error.message === `invalid script: job.sql:3: ${word} without BEGIN` && failureOf(error).exitCode === 3,
      );
    }
    assert.deepEqual(await db.query('FROM duckdb_tables()'), []);
    assert.equal(rolledBack, false);
  });

  test('-- ducktopics: no transaction, above the first statement, keeps each statement', async () => {
    const database = newDatabase();
    const body = 'CREATE TABLE kept AS SELECT 1;\nCHECKPOINT;\nSELECT nothing;';
    const { code, stderr } = await run(`-- a job\n\n-- ducktopics: no transaction\n${body}`, ['--db', database]);
    assert.equal(code, 3);
    assert.doesNotMatch(stderr, /rolled back/);
    assert.deepEqual(await tablesOf(database), ['kept']);
    const below = newDatabase();
    await run(`${body}\n-- ducktopics: no transaction`, ['--db', below]);
    assert.deepEqual(await tablesOf(below), []);
  });

  test('statements that DuckDB refuses in a transaction end with what mends them', async () => {
    const cases = [
      'CREATE TABLE t AS SELECT 1; CHECKPOINT;',
      `ATTACH '${newDatabase()}' AS other; CREATE TABLE other.t AS SELECT 1; CREATE TABLE t AS SELECT 1;`,
    ];
    for (const sql of cases) {
      const { code, stderr } = await run(sql, ['--db', newDatabase()]);
      assert.equal(code, 3);
      assert.match(stderr, /above (its|the) first statement: -- ducktopics: no transaction\n/);
    }
  });

  test('what DuckDB finds wrong at the end rolls the script back', async () => {
    const database = newDatabase();
    await run('CREATE TABLE t AS SELECT 1 AS i', ['--db', database]);
    const sql =
      'CREATE TABLE lost AS SELECT 1; UPDATE t SET i = 2; ALTER TABLE t ADD COLUMN j INTEGER; CREATE INDEX tj ON t (j);';
    const { code, stderr } = await run(sql, ['--db', database]);
    assert.equal(code, 3, stderr);
    assert.match(
      stderr,
      /script-\d+\.sql: TransactionContext Error: Failed to commit: .*\nalter the table before .*\nrolled back: /,
    );
    assert.deepEqual(await tablesOf(database), ['t']);
  });

  test('results of a transaction are printed while it is open, types that it makes included', async () => {
    const { code, stdout } = await run(
      "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE t AS SELECT 'bad'::mood AS m; FROM t;",
      ['--format', 'csv', '--db', newDatabase()],
    );
    assert.equal(code, 0);
    assert.equal(stdout, 'm\nbad\n');
  });
});
