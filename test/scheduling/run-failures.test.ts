import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { failureOf } from '../../src/cli/run/exit-codes.ts';
import { withTimeLimit } from '../../src/cli/run/time-limit.ts';
import { runScript } from '../../src/cli/run-script.ts';
import { open } from '../../src/index.ts';
import { OpenAiServer } from '../support/openai-server.ts';
import { endless, eventsIn, folder, newDatabase, run, script, tablesOf } from './unattended-run.ts';

suite('the time limit', () => {
  test('--timeout cancels the query, rolls back and ends with 124', async () => {
    const database = newDatabase();
    const { code, stderr } = await run(`CREATE TABLE t AS SELECT 1; ${endless};`, ['--db', database, '--timeout', '1']);
    assert.equal(code, 124);
    assert.match(
      stderr,
      /ducktopics: timed out after 1 s\ngive it longer with: --timeout SECONDS\nrolled back: nothing of the transaction is kept\n$/,
    );
    assert.deepEqual(await tablesOf(database), []);
  });

  test('--timeout does not touch a script that is done in time', async () => {
    assert.equal((await run('SELECT 1', ['--timeout', '60'])).code, 0);
  });

  test('withTimeLimit() ends what waits for an endpoint', async () => {
    const server = await new OpenAiServer().listen();
    try {
      const labelling = {
        apiKey: server.apiKey,
        baseURL: server.baseURL,
        model: 'test-model',
        cache: join(folder, 'answers'),
      };
      await using db = await open(':memory:', { labelling });
      await db.query("SELECT label_cluster(['a letter', 'a note'])");
      const asked = new Promise<void>((resolve) => {
        server.fault = () => {
          resolve();
          return { kind: 'hang' };
        };
      });
      const asking = db.query("SELECT label_cluster(['a list'])");
      await asked;
      const waiting = withTimeLimit(db.connection, 0.1, () => asking, assert.fail);
      await assert.rejects(waiting, /^DuckTopicsError: timed out after 0\.1 s$/);
    } finally {
      await server.close();
    }
  });

  test('withTimeLimit() tells when a query does not stop', async () => {
    let interrupts = 0;
    let ends = () => {};
    const stuck = new Promise<void>((resolve) => {
      ends = resolve;
    });
    const limited = withTimeLimit({ interrupt: () => interrupts++ }, 0.01, () => stuck, ends, 30);
    await limited;
    assert.ok(interrupts > 0);
  });
});

suite('exit codes', () => {
  const cases: [string, number, RegExp][] = [
    ['SELEC 1', 3, /Parser Error/],
    ['FROM nowhere', 3, /Catalog Error/],
    ["SELECT 'x'::INTEGER", 65, /Conversion Error/],
    ["SELECT error('the input is empty')", 65, /the input is empty/],
    ['CREATE TABLE t (i INTEGER NOT NULL); INSERT INTO t VALUES (NULL)', 65, /Constraint Error/],
    ['SELECT 9223372036854775807 + 1::BIGINT', 65, /Out of Range Error/],
    ["FROM 'none-*.parquet'", 66, /No files found/],
    ["FROM 'none.parquet'", 66, /No files found/],
    ["COPY (SELECT 1) TO 'none/x.csv'", 66, /No such file or directory/],
    ["COPY (SELECT 1) TO '/dev/full' (FORMAT csv, USE_TMP_FILE false)", 74, /No space left on device/],
    ["SET memory_limit = '10MB'; SELECT list(range) FROM range(10000000)", 74, /Out of Memory Error/],
  ];
  for (const [sql, exitCode, message] of cases) {
    test(`run of ${sql} ends with ${exitCode}`, async () => {
      await using db = await open();
      const progress = { start() {}, finish() {}, abandon() {}, pause() {} };
      const running = runScript(db.connection, { name: 'script', text: sql }, { progress, checkpoint() {} });
      await assert.rejects(running, (error: Error) => {
        assert.match(error.message, message);
        assert.equal(failureOf(error).exitCode, exitCode);
        return true;
      });
    });
  }

  test('a database that is none, a read-only one that is written, and a wrong option have codes of their own', async () => {
    const text = script('no database');
    const cases = [
      [text, 'not a valid DuckDB database'],
      [folder, `give the name of a file in that folder`],
      [join(folder, 'none', 'x.duckdb'), 'make the folder first, or give another path'],
    ] as const;
    for (const [path, message] of cases) {
      const { code, stderr } = await run('SELECT 1', ['--db', path]);
      assert.equal(code, 66);
      assert.ok(stderr.includes(message), stderr);
    }
    assert.ok(!existsSync(`${folder}.lock`));
    const database = newDatabase();
    await run('SELECT 1', ['--db', database]);
    assert.equal((await run('CREATE TABLE t AS SELECT 1', ['--db', database, '--readonly'])).code, 3);
    for (const option of [
      ['--timeout', '0'],
      ['--wait', '-1'],
      ['--log-format', 'xml'],
    ]) {
      assert.equal((await run('SELECT 1', option)).code, 2);
    }
  });

  test('an endpoint that fails ends with 69: what the script asked for is rolled back, or kept where its rows say so', async () => {
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', OPENAI_API_KEY: 'k', DUCKTOPICS_RETRIES: '0' };
    const strict = newDatabase();
    const sql = (name: string) =>
      `CREATE TABLE t AS SELECT 1; CREATE TABLE named AS SELECT ${name}(['a letter', 'a note']) AS label;`;
    const failed = await run(sql('label_cluster'), ['--db', strict, '--log-format', 'json'], env);
    assert.equal(failed.code, 69);
    const last = eventsIn(failed.stderr).at(-1);
    assert.deepEqual([last?.kind, last?.rolled_back], ['endpoint', true]);
    assert.deepEqual(await tablesOf(strict), []);

    const lenient = newDatabase();
    const kept = await run(
      sql('try_describe_cluster').replace("'a note']", "'a note'], []::VARCHAR[], []::VARCHAR[]"),
      ['--db', lenient],
      env,
    );
    assert.equal(kept.code, 69, kept.stderr);
    assert.match(
      kept.stderr,
      /ducktopics: the endpoint failed: 1 question asked in vain, all statements are done\nsee the columns status and error; run the script again to ask only what is missing\n$/,
    );
    assert.deepEqual(await tablesOf(lenient), ['named', 't']);
  });

  test('an error in the data after a question that failed is one in the data', async () => {
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', OPENAI_API_KEY: 'k', DUCKTOPICS_RETRIES: '0' };
    const { code } = await run(
      "SELECT try_describe_cluster(['a letter'], []::VARCHAR[], []::VARCHAR[]); SELECT 'x'::INTEGER",
      [],
      env,
    );
    assert.equal(code, 65);
  });
});
