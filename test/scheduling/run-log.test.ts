import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ducktopics } from '../support/command.ts';
import { type Event, endless, eventsIn, folder, newDatabase, run, startEndless } from './unattended-run.ts';

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
