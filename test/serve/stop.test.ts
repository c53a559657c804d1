import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { open } from '../../src/index.ts';
import { startDucktopics } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type RunningServer, startServing } from './running-server.ts';
import { prepareStockShell } from './stock-shell.ts';

const shell = await prepareStockShell();

/** Starts a statement in a shell, and sends a signal to the server while it runs. */
async function stopDuring(server: RunningServer, sql: string, signals: NodeJS.Signals[]) {
  let hasEnded = false;
  const query = shell.run(`${server.attach} FROM remote.query('${sql} /* running */');`).finally(() => {
    hasEnded = true;
  });
  const running = `${server.attach}
    SELECT count(*) AS n FROM remote.query($$FROM quack_active_connections() WHERE state = 'active' AND query LIKE '%/* running */'$$);`;
  while (!/^1\r?$/m.test((await shell.run(running)).stdout)) {
    if (hasEnded) assert.fail(`the statement ended before it was seen to run: ${(await query).stderr}`);
    await setTimeout(20);
  }
  for (const signal of signals) server.child.kill(signal);
  return { query: await query, server: await server.ended };
}

async function tablesOf(file: string): Promise<unknown[]> {
  await using db = await open(file, { readOnly: true });
  return (await db.query('SHOW TABLES')).map((row) => row.name);
}

suite('stopping ducktopics serve', { skip: shell.missing }, () => {
  const servers: RunningServer[] = [];
  after(() => {
    for (const { child } of servers) child.kill('SIGKILL');
  });

  /** Starts a server that is gone after the tests, however they end. */
  async function start(args: string[]): Promise<RunningServer> {
    const server = await startServing(shell, args);
    servers.push(server);
    return server;
  }

  test('ends with 0 on SIGTERM, and leaves one file', async () => {
    const file = join(temporaryFolder(), 'new.duckdb');
    const server = await start(['--db', file, '--create']);
    const made = await shell.run(`${server.attach} CREATE TABLE remote.kept AS SELECT 42 AS answer;`);
    assert.equal(made.stderr, '');
    server.child.kill('SIGTERM');
    const { code, stderr } = await server.ended;
    assert.equal(code, 0);
    assert.equal(stderr, 'ducktopics: stopping\n');
    assert.ok(!existsSync(`${file}.wal`));
    assert.deepEqual(await tablesOf(file), ['kept']);
  });

  test('lets a running statement end', async () => {
    const file = join(temporaryFolder(), 'new.duckdb');
    const server = await start(['--db', file, '--create', '--grace', '60']);
    // Long enough for another shell to start and see it.
    const ended = await stopDuring(server, 'CREATE TABLE slow AS SELECT sleep_ms(15000) AS slept', ['SIGTERM']);
    assert.equal(ended.query.stderr, '');
    assert.equal(ended.query.code, 0);
    assert.equal(ended.server.code, 0);
    assert.deepEqual(await tablesOf(file), ['slow']);
  });

  test('cancels a statement that takes longer than --grace, and keeps nothing of it', async () => {
    const file = join(temporaryFolder(), 'new.duckdb');
    const server = await start(['--db', file, '--create', '--grace', '0']);
    const ended = await stopDuring(server, 'CREATE TABLE slow AS SELECT sleep_ms(600000) AS slept', ['SIGINT']);
    assert.equal(ended.query.code, 1);
    assert.equal(ended.server.code, 0);
    assert.match(ended.server.stderr, /cancelled 1 running statement\n/);
    assert.deepEqual(await tablesOf(file), []);
  });

  test('does not wait for --grace after a second signal', async () => {
    const file = join(temporaryFolder(), 'new.duckdb');
    const server = await start(['--db', file, '--create', '--grace', '600']);
    const signals: NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];
    const ended = await stopDuring(server, 'SELECT sleep_ms(600000) AS slept', signals);
    assert.equal(ended.server.code, 0);
    assert.match(ended.server.stderr, /cancelled 1 running statement\n/);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`ends at once on ${signal} while the server is not up yet`, async () => {
      // A file that never answers: a pipe that nobody writes to.
      const file = join(temporaryFolder(), 'pipe.duckdb');
      execFileSync('mkfifo', [file]);
      const child = startDucktopics(['serve', '--db', file, '--readonly', '--port', '0']);
      after(() => child.kill('SIGKILL'));
      // Its title says that it is about to open the file.
      while (!readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').startsWith('ducktopics serve')) await setTimeout(20);
      await setTimeout(200);
      child.kill(signal);
      // To a shell that is 130 or 143.
      assert.deepEqual(await once(child, 'exit', { signal: AbortSignal.timeout(20_000) }), [null, signal]);
    });
  }
});
