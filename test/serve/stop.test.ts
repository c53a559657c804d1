import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type RunningServer, startServing } from './running-server.ts';
import { prepareStockShell } from './stock-shell.ts';

const shell = await prepareStockShell();

/** Starts a statement in a shell, and sends a signal to the server while it runs. */
async function stopDuring(server: RunningServer, sql: string, signals: NodeJS.Signals[]) {
  const query = shell.run(`${server.attach} FROM remote.query('${sql} /* running */');`);
  const running = `${server.attach}
    SELECT count(*) AS n FROM remote.query($$FROM quack_active_connections() WHERE state = 'active' AND query LIKE '%/* running */'$$);`;
  while (!(await shell.run(running)).stdout.includes('1')) {}
  for (const signal of signals) server.child.kill(signal);
  return { query: await query, server: await server.ended };
}

async function tablesOf(file: string): Promise<unknown[]> {
  await using db = await open(file, { readOnly: true });
  return (await db.query('SHOW TABLES')).map((row) => row.name);
}

suite('stopping ducktopics serve', { skip: shell.missing }, () => {
  test('ends with 0 on SIGTERM, and leaves one file', async () => {
    const file = join(temporaryFolder(), 'new.duckdb');
    const server = await startServing(shell, ['--db', file, '--create']);
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
    const server = await startServing(shell, ['--db', file, '--create', '--grace', '60']);
    const ended = await stopDuring(server, 'CREATE TABLE slow AS SELECT sleep_ms(3000) AS slept', ['SIGTERM']);
    assert.equal(ended.query.stderr, '');
    assert.equal(ended.query.code, 0);
    assert.equal(ended.server.code, 0);
    assert.deepEqual(await tablesOf(file), ['slow']);
  });

  test('cancels a statement that takes longer than --grace, and keeps nothing of it', async () => {
    const file = join(temporaryFolder(), 'new.duckdb');
    const server = await startServing(shell, ['--db', file, '--create', '--grace', '0']);
    const ended = await stopDuring(server, 'CREATE TABLE slow AS SELECT sleep_ms(600000) AS slept', ['SIGINT']);
    assert.equal(ended.query.code, 1);
    assert.equal(ended.server.code, 0);
    assert.match(ended.server.stderr, /cancelled 1 running statement\n/);
    assert.deepEqual(await tablesOf(file), []);
  });

  test('does not wait for --grace after a second signal', async () => {
    const file = join(temporaryFolder(), 'new.duckdb');
    const server = await startServing(shell, ['--db', file, '--create', '--grace', '600']);
    const signals: NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];
    const ended = await stopDuring(server, 'SELECT sleep_ms(600000) AS slept', signals);
    assert.equal(ended.server.code, 0);
    assert.match(ended.server.stderr, /cancelled 1 running statement\n/);
  });
});
