import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { open } from '../../src/index.ts';
import { ended, startDucktopics } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { daily, dayOf, simulateMail, succeed, train } from './simulated-mail.ts';

const days = 30;
const driftFrom = 22;
const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 42;\n';

test('daily.sql assigns each message once in 30 days with kills, repetitions and runs at the same time', async (t) => {
  const folder = temporaryFolder();
  // What killed processes leave behind goes with it.
  process.env.TMPDIR = folder;
  const mail = await simulateMail(folder, days, driftFrom);
  await train(mail);

  // daily.sql as it is, with a query before its COMMIT that does not end: all is written, nothing is kept yet.
  const stuck = join(folder, 'stuck.sql');
  writeFileSync(stuck, readFileSync(daily, 'utf8').replace('\nCOMMIT;', `\n${endless}COMMIT;`));
  const startStuck = async (day: number) => {
    const child = startDucktopics(mail.args(day, stuck, '--log-format', 'json'));
    const exited = once(child, 'exit');
    // Reads on to the end: a closed pipe would change what the run does.
    let seen = '';
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (data) => {
        seen += data;
        if (seen.includes('INSERT INTO daily_report')) resolve();
      });
      child.once('close', () => resolve());
    });
    assert.match(seen, /INSERT INTO assignments[^\n]*"rows":\d{2}/);
    return { pid: child.pid, kill: () => child.kill('SIGKILL'), exited };
  };
  const query = async (sql: string) => {
    await using db = await open(mail.database, { readOnly: true });
    return await db.query(sql);
  };
  const everything = `
    SELECT (SELECT md5(string_agg(a::VARCHAR, '|' ORDER BY id)) FROM assignments AS a) AS assignments,
           (SELECT md5(string_agg(t::VARCHAR, '|' ORDER BY day, cluster_id)) FROM topic_days AS t) AS topic_days,
           (SELECT md5(string_agg(d::VARCHAR, '|' ORDER BY day)) FROM drift AS d) AS drift,
           (SELECT md5(string_agg(r::VARCHAR, '|' ORDER BY as_of)) FROM daily_report AS r) AS daily_report,
           (SELECT count(*) FROM assignments) AS n`;

  for (let day = 1; day <= days; day++) {
    mail.arrive(day);

    if (day === 12) {
      const before = await query(everything);
      const running = await startStuck(day);
      running.kill();
      assert.deepEqual(await running.exited, [null, 'SIGKILL']);
      assert.deepEqual(await query(everything), before);
    }
    if (day === 13 || day === 14) {
      const child = startDucktopics(mail.args(day));
      const exited = once(child, 'exit');
      const milliseconds = Math.round(150 + Math.random() * 1000);
      t.diagnostic(`day ${day} is killed after ${milliseconds} ms`);
      await sleep(milliseconds);
      child.kill('SIGKILL');
      await exited;
    }
    if (day === 20) {
      const holder = await startStuck(day);
      const second = await mail.run(day);
      assert.equal(second.code, 75);
      assert.match(second.stderr, new RegExp(`locked: .*topics\\.duckdb\\.lock is held by process ${holder.pid} on `));
      const waiting = startDucktopics(mail.args(day, '--wait', '60'));
      const waited = ended(waiting);
      waiting.stderr.once('data', () => holder.kill());
      await holder.exited;
      const { code, stderr } = await waited;
      assert.equal(code, 0, stderr);
      assert.match(stderr, new RegExp(`^waiting for process ${holder.pid} `));
    }
    if (day === 21) {
      const three = await Promise.all([1, 2, 3].map(() => mail.run(day, '--wait', '60')));
      assert.deepEqual(
        three.map(({ code }) => code),
        [0, 0, 0],
      );
    }

    const { stdout } = await succeed(mail.run(day));
    const [report] = JSON.parse(stdout);
    assert.deepEqual(
      { as_of: report.as_of, added: report.added, late: report.late, waiting: report.waiting },
      { as_of: dayOf(day), added: 40, late: day % 5 === 0 ? 3 : 0, waiting: 0 },
    );
    assert.equal(report.retrain, day >= driftFrom, `day ${day}: ${report.reason}`);

    if (day === 17) {
      const before = await query(everything);
      await succeed(mail.run(day));
      assert.deepEqual(await query(everything), before);
    }
  }

  const [counted] = await query(`
    SELECT count(*) AS assignments, count(DISTINCT id) AS ids, count(cluster_id) AS topics,
           (SELECT count(*) FROM '${mail.inbox}/*.parquet') AS messages,
           (SELECT count(*) FROM assignments ANTI JOIN '${mail.inbox}/*.parquet' USING (id)) AS unknown,
           (SELECT sum(size)::BIGINT FROM topic_days) AS counted,
           (SELECT count(*) FROM (SELECT sent_at, count(*) FROM '${mail.inbox}/*.parquet' GROUP BY sent_at
                                  EXCEPT SELECT day, sum(size) FROM topic_days GROUP BY day)) AS miscounted
    FROM assignments`);
  assert.deepEqual(counted, {
    assignments: 1700n,
    ids: 1700n,
    topics: 1700n,
    messages: 1700n,
    unknown: 0n,
    counted: 1700n,
    miscounted: 0n,
  });
  const [last] = await query(`SELECT * FROM daily_report WHERE as_of = '${dayOf(days)}'`);
  assert.match(
    String(last?.reason),
    /^\d+ messages in 7 days: 100\.0 % of the messages are far, more than 15\.0 %; the mean distance is \d+\.\d\d times that of training time, more than 1\.25; the mean margin is 0\.\d\d times that of training time, less than 0\.75$/,
  );

  // What the report asks for mends it.
  await train(mail, 'retrain', 6);
  const { stdout } = await succeed(mail.run(days));
  assert.deepEqual(
    JSON.parse(stdout).map(({ added, retrain, reason }: Record<string, unknown>) => ({ added, retrain, reason })),
    [{ added: 0, retrain: false, reason: '277 messages in 7 days: no drift' }],
  );
  assert.deepEqual(await query('SELECT count(*) AS n FROM assignments'), [{ n: 1700n }]);
});
