import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { failureOf } from '../../src/cli/run/exit-codes.ts';
import { withTimeLimit } from '../../src/cli/run/time-limit.ts';
import { runScript } from '../../src/cli/run-script.ts';
import { open } from '../../src/index.ts';
import { ducktopics, type Ended, ended, startDucktopics } from '../support/command.ts';
import { OpenAiServer } from '../support/openai-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
// What killed processes leave behind goes with it.
process.env.TMPDIR = folder;
const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 42';
let files = 0;

function script(sql: string): string {
  const file = join(folder, `script-${files++}.sql`);
  writeFileSync(file, sql);
  return file;
}

function newDatabase(): string {
  return join(folder, `database-${files++}.duckdb`);
}

/** No endpoint but the one that a test names. */
const noEndpoint = { OPENAI_API_KEY: '', OPENAI_BASE_URL: '', DUCKTOPICS_CACHE: join(folder, 'cache') };

function run(sql: string, args: string[] = [], env: Record<string, string> = {}): Promise<Ended> {
  return ducktopics(['run', script(sql), ...args], { cwd: folder, env: { ...noEndpoint, ...env } });
}

async function tablesOf(database: string): Promise<string[]> {
  await using db = await open(database, { readOnly: true });
  const rows = await db.query<{ name: string }>('SELECT table_name AS name FROM duckdb_tables() ORDER BY ALL');
  return rows.map(({ name }) => name);
}

type Event = Record<string, unknown>;

function eventsIn(stderr: string): Event[] {
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Starts a run that has made the table `made` and then does not end. */
async function startEndless(database: string, ...args: string[]) {
  const file = script(`CREATE TABLE made AS SELECT 1;\n${endless};`);
  const child = startDucktopics(['run', file, '--db', database, ...args], { cwd: folder });
  const end = ended(child);
  await once(child.stderr, 'data');
  return { child, end, file };
}

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

suite('the lock', () => {
  test('a second run on the same database ends with 75, by whatever path it names it', async () => {
    const database = newDatabase();
    const { child, end } = await startEndless(database);
    mkdirSync(join(folder, 'links'));
    symlinkSync(database, join(folder, 'links', 'again.duckdb'));
    symlinkSync(folder, join(folder, 'links', 'there'));
    for (const path of [join(folder, 'links', 'there', database.slice(folder.length + 1)), database]) {
      const { code, stderr } = await run('SELECT 1', ['--db', path]);
      assert.equal(code, 75);
      assert.match(
        stderr,
        new RegExp(
          `^ducktopics: locked: .*\\.duckdb\\.lock is held by process ${child.pid} on .* since 20.*Z\nwait for it with: --wait SECONDS\n$`,
        ),
      );
    }
    child.kill('SIGTERM');
    assert.equal((await end).code, 143);
    assert.deepEqual(await tablesOf(database), []);
  });

  test('a database that another program has open ends with 75, or is waited for', async () => {
    const database = newDatabase();
    const { child, end } = await startEndless(database, '--lock', join(folder, 'another.lock'));
    const { code, stderr } = await run('SELECT 1', ['--db', database]);
    assert.equal(code, 75);
    assert.match(
      stderr,
      /Conflicting lock is held in .*\nclose the other program; wait for it with: --wait SECONDS\n$/,
    );
    const attached = await run(`ATTACH '${database}' AS other`);
    assert.equal(attached.code, 75);
    const waiting = startDucktopics(['run', script('SELECT 1'), '--db', database, '--wait', '60'], { cwd: folder });
    const waited = ended(waiting);
    waiting.stderr.once('data', () => child.kill('SIGKILL'));
    await end;
    assert.equal((await waited).code, 0);
  });

  test('the lock of a run that was killed is free at once', async () => {
    const database = newDatabase();
    const { child, end } = await startEndless(database);
    child.kill('SIGKILL');
    await end;
    assert.match(readFileSync(`${database}.lock`, 'utf8'), new RegExp(`process ${child.pid}`));
    assert.equal((await run('SELECT 1', ['--db', database])).code, 0);
    assert.equal(readFileSync(`${database}.lock`, 'utf8'), '');
  });

  test('runs that only read, and runs in memory, take no lock but the one that they name', async () => {
    const database = newDatabase();
    await run('CREATE TABLE t AS SELECT 1', ['--db', database, '--lock', join(folder, 'named.lock')]);
    assert.ok(!existsSync(`${database}.lock`));
    assert.equal((await run('FROM t', ['--db', database, '--readonly'])).code, 0);
    assert.ok(!existsSync(`${database}.lock`));
    const lock = join(folder, 'memory.lock');
    const { child, end } = await startEndless(':memory:', '--lock', lock);
    assert.equal((await run('SELECT 1', ['--lock', lock])).code, 75);
    assert.equal((await run('SELECT 1')).code, 0);
    child.kill('SIGKILL');
    await end;
  });

  test('a lock file that cannot be made is named', async () => {
    const { code, stderr } = await run('SELECT 1', ['--lock', join(folder, 'none', 'x.lock')]);
    assert.equal(code, 66);
    assert.match(stderr, /cannot open the lock file .*x\.lock: .*\ngive another one with --lock FILE\n$/);
  });
});

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
      server.fault = () => ({ kind: 'hang' });
      const waiting = withTimeLimit(
        db.connection,
        0.3,
        () => db.query("SELECT label_cluster(['a list'])"),
        assert.fail,
      );
      await assert.rejects(waiting, /^DuckTopicsError: timed out after 0\.3 s$/);
      assert.equal(server.requests.length, 2);
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

suite('--log-format json', () => {
  test('it writes one line a statement between start and end on standard error, and results on standard output', async () => {
    const database = newDatabase();
    const { code, stdout, stderr } = await run(
      'CREATE TABLE t AS\nSELECT range AS i FROM range(7);\n\nSELECT count(*) AS n FROM t;',
      ['--db', database, '--log-format', 'json', '--format', 'csv'],
    );
    assert.equal(code, 0);
    assert.equal(stdout, 'n\n7\n');
    const events = eventsIn(stderr);
    assert.deepEqual(
      events.map(({ event, line, rows, statement }) => [event, line, rows, statement]),
      [
        ['start', undefined, undefined, undefined],
        ['statement', 1, 7, 'CREATE TABLE t AS SELECT range AS i FROM range(7)'],
        ['statement', 4, 1, 'SELECT count(*) AS n FROM t'],
        ['end', undefined, undefined, undefined],
      ],
    );
    const [start, first, , end] = events as [Event, Event, Event, Event];
    assert.equal(start.database, database);
    assert.deepEqual(start.scripts, [first.file]);
    assert.match(String(first.file), /script-\d+\.sql$/);
    assert.ok(Number(first.seconds) >= 0 && Number(first.peak_memory_bytes) > 10_000_000);
    assert.deepEqual([end.statements, end.exit_code], [2, 0]);
    for (const { time } of events) assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('peak_memory_bytes counts what the statement needed, and in the end the most that one needed', async () => {
    const sql = 'SELECT len(list(range)) FROM range(20000000); SELECT 1;';
    const events = eventsIn((await run(sql, ['--log-format', 'json'])).stderr);
    const [large, end] = [events[1], events[3]].map((event) => Number(event?.peak_memory_bytes));
    assert.ok(Number(large) > 250_000_000, `${large}`);
    assert.ok(Number(end) >= Number(large), `${end}`);
  });

  test('an error is one line with its kind, place, message and what mends it', async () => {
    const sql = 'CREATE TABLE t AS SELECT 1;\nSELECT *\nFROM nowhere;';
    const { code, stdout, stderr } = await run(sql, ['--db', newDatabase(), '--log-format', 'json']);
    assert.equal(code, 3);
    assert.equal(stdout, '');
    const last = eventsIn(stderr).at(-1) as Event;
    const { time: _time, seconds: _seconds, peak_memory_bytes: _peak, file, message, ...rest } = last;
    assert.match(String(file), /script-\d+\.sql$/);
    assert.match(String(message), /^Catalog Error: Table with name nowhere does not exist!/);
    assert.deepEqual(rest, {
      event: 'error',
      kind: 'bad_sql',
      exit_code: 3,
      line: 2,
      mend: 'list the tables with: ducktopics query "SHOW ALL TABLES" --db FILE',
      rolled_back: true,
      statements: 1,
    });
  });

  test('signals, time limits, locks and missing scripts are errors of the log too', async () => {
    const database = newDatabase();
    const { child, end } = await startEndless(database, '--log-format', 'json');
    const locked = await run('SELECT 1', ['--db', database, '--log-format', 'json']);
    assert.deepEqual([locked.code, eventsIn(locked.stderr).at(-1)?.kind], [75, 'locked']);
    child.kill('SIGINT');
    const stopped = await end;
    const last = eventsIn(stopped.stderr).at(-1);
    assert.deepEqual([stopped.code, last?.kind, last?.line], [130, 'interrupted', 2]);
    const late = await run(endless, ['--timeout', '1', '--log-format', 'json']);
    assert.deepEqual([late.code, eventsIn(late.stderr).at(-1)?.kind], [124, 'timeout']);
    const missing = await ducktopics(['run', 'none.sql', '--log-format', 'json'], { cwd: folder });
    assert.deepEqual([missing.code, eventsIn(missing.stderr).at(-1)?.kind], [66, 'no_input']);
  });
});
