import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { open } from '../../src/index.ts';
import { ducktopics } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type RunningServer, startServing } from './running-server.ts';
import { prepareStockShell } from './stock-shell.ts';

const shell = await prepareStockShell();

suite('starting ducktopics serve', { skip: shell.missing }, () => {
  const folder = temporaryFolder();
  const file = join(folder, 'topics.duckdb');
  const served = join(folder, 'served.duckdb');
  let server: RunningServer;

  before(async () => {
    for (const path of [file, served]) (await open(path)).close();
    server = await startServing(shell, ['--db', served], { DUCKTOPICS_TOKEN: undefined });
  });
  after(() => server.child.kill('SIGKILL'));

  /** Serves, which must fail with this exit code, and returns what it says. */
  async function failure(code: number, args: string[], environment: Record<string, string> = {}): Promise<string> {
    const ended = await ducktopics(['serve', ...args], { env: { HOME: shell.home, ...environment } });
    assert.equal(ended.stdout, '');
    assert.equal(ended.code, code, ended.stderr);
    return ended.stderr;
  }

  test('prints a random token, which lets a shell in, ready to paste', async () => {
    assert.match(server.greeting, /^ {2}ATTACH 'quack:127\.0\.0\.1:\d+' AS remote \(TOKEN '[0-9a-f]{32}'\);$/m);
    const [, pasted = ''] = /^In a duckdb shell:\n\n([\s\S]*)\n\nCtrl-C/m.exec(server.greeting) ?? [];
    const { stdout, stderr } = await shell.run(`${pasted.replace('SHOW TABLES', 'SELECT 42 AS n')}`);
    assert.equal(stderr, '');
    assert.match(stdout, /^n\r?\n42\r?\n$/);
  });

  test('takes the token from a file, and does not print it', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'token-in-a-file\n');
    const other = await startServing(shell, ['--db', file, '--token-file', tokenFile]);
    after(() => other.child.kill('SIGKILL'));
    assert.ok(!other.greeting.includes('token-in-a-file'));
    const attach = `ATTACH '${other.uri}' AS remote (TOKEN 'token-in-a-file');`;
    const { stdout } = await shell.run(`${attach} FROM remote.query('SELECT 42 AS n');`);
    assert.match(stdout, /42/);
    other.child.kill('SIGTERM');
    await other.ended;
  });

  test('keeps a token of the command line out of the list of processes', async () => {
    const other = await startServing(shell, ['--db', file, '--token', 'token-in-the-open']);
    after(() => other.child.kill('SIGKILL'));
    assert.ok(!readFileSync(`/proc/${other.child.pid}/cmdline`, 'utf8').includes('token-in-the-open'));
    other.child.kill('SIGTERM');
    await other.ended;
  });

  test('needs a database that exists', async () => {
    const missing = join(folder, 'nope.duckdb');
    assert.equal(
      await failure(1, ['--db', missing]),
      `ducktopics: missing database: ${missing}\ngive a file that exists with --db, or add --create\n`,
    );
    assert.match(await failure(1, ['--db', missing, '--create', '--readonly']), /^ducktopics: missing database: /);
    assert.match(await failure(2, []), /required option '--db <file>' not specified/);
    assert.match(await failure(1, ['--db', ':memory:', '--readonly']), /invalid database: :memory: is empty/);
    assert.ok(!existsSync(missing));
  });

  test('limits files on a read-only server only, and to folders that exist', async () => {
    assert.match(
      await failure(1, ['--db', file, '--files', folder]),
      /invalid files: only a read-only server limits them\nadd --readonly/,
    );
    assert.match(await failure(1, ['--db', file, '--readonly', '--files', file]), /missing folder: .*topics\.duckdb/);
  });

  test('refuses a database that another process holds', async () => {
    assert.match(await failure(1, ['--db', served, '--port', '0']), /cannot open .*served\.duckdb: .*Conflicting lock/);
  });

  test('refuses a port that another server holds, of whatever kind', async () => {
    const [port = ''] = /\d+$/.exec(server.uri) ?? [];
    assert.equal(
      await failure(1, ['--db', file, '--port', port]),
      `ducktopics: port in use: ${port} on 127.0.0.1\nchoose another with --port, or any free one with --port 0\n`,
    );
    const http = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => http.once('listening', resolve));
    const taken = (http.address() as AddressInfo).port;
    assert.match(await failure(1, ['--db', file, '--port', `${taken}`]), /port in use/);
    http.close();
  });

  test('refuses a bad port and a host that is not here', async () => {
    for (const port of ['65536', 'http']) {
      assert.match(await failure(2, ['--db', file, '--port', port]), /option '--port <n>' argument '.*' is invalid/);
    }
    assert.match(
      await failure(1, ['--db', file, '--host', '192.0.2.1']),
      /cannot listen on 192\.0\.2\.1: no address of this machine\ngive an address of this machine with --host/,
    );
  });

  test('says where the extension quack can be had', async () => {
    const mend = /install it with: duckdb -c "INSTALL quack" .* duckdb-extension-quack==1\.5\.5/;
    assert.match(await failure(1, ['--db', file, '--extensions', folder]), mend);
    // With a file for a home, DuckDB has nowhere to install it to.
    const stderr = await failure(1, ['--db', file], { HOME: file, DUCKTOPICS_CACHE: folder });
    assert.match(stderr, /^ducktopics: missing extension: quack, /);
    assert.match(stderr, mend);
  });

  test('takes the extensions from a folder', async () => {
    const other = await startServing(shell, ['--db', file, '--extensions', shell.extensions], { HOME: folder });
    after(() => other.child.kill('SIGKILL'));
    other.child.kill('SIGTERM');
    assert.equal((await other.ended).code, 0);
  });
});
