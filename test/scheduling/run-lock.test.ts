import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { failureOf } from '../../src/cli/run/exit-codes.ts';
import { Locked, whenUnlocked } from '../../src/cli/run/lock.ts';
import { ended, startDucktopics } from '../support/command.ts';
import { folder, newDatabase, run, script, startEndless, tablesOf } from './unattended-run.ts';

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

  test('a holder whose name DuckDB cannot read is waited for too, and locks that do not work are not', async () => {
    const could = (reason: string) => new Error(`IO Error: Could not set lock on file "x.duckdb": ${reason}`);
    const conflicts = [
      ['Conflicting lock is held in /usr/bin/python3.11 (PID 123) by user ann.', '/usr/bin/python3.11 (PID 123)'],
      ['Conflicting lock is held in PID 123.', 'PID 123'],
      ['Conflicting lock is held in PID 0.', 'PID 0'],
    ] as const;
    for (const [reason, holder] of conflicts) {
      assert.equal(failureOf(could(reason)).kind, 'locked');
      const held: string[] = [];
      let isHeld = true;
      const open = async () => {
        if (isHeld) throw could(reason);
        return 'opened';
      };
      const onWait = (name: string) => {
        held.push(name);
        isHeld = false;
      };
      await assert.rejects(whenUnlocked(open), Locked);
      assert.equal(await whenUnlocked(open, { deadline: performance.now() + 60_000, onWait }), 'opened');
      assert.deepEqual(held, [holder]);
    }
    const unsupported = could('File locks are not supported for this file system');
    assert.equal(failureOf(unsupported).kind, 'machine');
    const opening = whenUnlocked(() => Promise.reject(unsupported), { deadline: performance.now() + 60_000 });
    await assert.rejects(opening, (error) => error === unsupported);
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
