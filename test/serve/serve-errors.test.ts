import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { open } from '../../src/index.ts';
import { type ServeOptions, serve } from '../../src/serve/server.ts';
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
  after(async () => {
    server.child.kill('SIGTERM');
    await server.ended;
  });

  /** Serves, which must fail. */
  async function refused(path: string, options: Partial<ServeOptions>, expected: { message: RegExp; mend?: RegExp }) {
    const serving = serve(path, { token: 'of-the-test', port: 0, extensions: shell.extensions, ...options });
    await assert.rejects(serving, { name: 'DuckTopicsError', ...expected });
  }

  test('prints a random token, which lets a shell in, ready to paste', async () => {
    assert.match(server.greeting, /^ {2}ATTACH 'quack:127\.0\.0\.1:\d+' AS remote \(TOKEN '[0-9a-f]{32}'\);$/m);
    const [, pasted = ''] = /^In a duckdb shell:\n\n([\s\S]*)\n\nCtrl-C/m.exec(server.greeting) ?? [];
    const { stdout, stderr } = await shell.run(`${pasted.replace('SHOW TABLES', 'SELECT 42 AS n')}`);
    assert.equal(stderr, '');
    assert.match(stdout, /^n\r?\n42\r?\n$/);
  });

  test('takes the token from a file, and the extensions from a folder', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'token-in-a-file\n');
    const args = ['--db', file, '--token-file', tokenFile, '--extensions', shell.extensions];
    const other = await startServing(shell, args, { HOME: folder });
    after(() => other.child.kill('SIGKILL'));
    assert.match(other.greeting, /TOKEN '\.\.\.'/);
    const attach = `ATTACH '${other.uri}' AS remote (TOKEN 'token-in-a-file');`;
    const { stdout } = await shell.run(`${attach} FROM remote.query('SELECT 42 AS n');`);
    assert.match(stdout, /^n\r?\n42\r?\n$/);
    other.child.kill('SIGTERM');
    await other.ended;
  });

  test('keeps a token of the command line out of the list of processes', async () => {
    const other = await startServing(shell, ['--db', file, '--token', 'token-in-the-open']);
    after(() => other.child.kill('SIGKILL'));
    assert.ok(!readFileSync(`/proc/${other.child.pid}/cmdline`, 'utf8').includes('token-in-the-open'));
    assert.ok(!other.greeting.includes('token-in-the-open'));
    other.child.kill('SIGTERM');
    await other.ended;
  });

  test('fails with 1 and the flag that mends it, with 2 for a wrong command line', async () => {
    const missing = join(folder, 'nope.duckdb');
    const failed = await ducktopics(['serve', '--db', missing]);
    assert.deepEqual(failed, {
      code: 1,
      stdout: '',
      stderr: `ducktopics: missing database: ${missing}\ngive a file that exists with --db, or add --create\n`,
    });
    const wrong = await ducktopics(['serve', '--db', file, '--port', '65536']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /option '--port <n>' argument '65536' is invalid\. Expected a port from 0 to 65535\./);
  });

  test('needs a database that exists, unless it may create one', async () => {
    const missing = join(folder, 'nope.duckdb');
    await refused(missing, {}, { message: /^missing database: .*nope\.duckdb$/, mend: /or add --create$/ });
    await refused(missing, { create: true, readOnly: true }, { message: /^missing database: / });
    await refused(':memory:', { readOnly: true }, { message: /^invalid database: :memory: is empty/ });
    assert.ok(!existsSync(missing));
  });

  test('refuses a database that another process holds', async () => {
    await refused(served, {}, { message: /^cannot open .*served\.duckdb: .*Conflicting lock/ });
    await refused(served, { readOnly: true }, { message: /^cannot open .*served\.duckdb: .*Conflicting lock/ });
  });

  test('limits files on a read-only server only, and to folders that exist', async () => {
    const message = /^invalid files: only a read-only server limits them$/;
    await refused(file, { files: [folder] }, { message, mend: /^add --readonly$/ });
    const colon = join(folder, 'a:b');
    mkdirSync(colon);
    await refused(
      file,
      { readOnly: true, files: [colon] },
      { message: /^invalid folder: .*a:b has a ':' in its path$/ },
    );
    await refused(file, { readOnly: true, files: [file] }, { message: /^missing folder: .*topics\.duckdb$/ });
  });

  test('refuses a port that another server holds, of whatever kind', async () => {
    const port = Number(/\d+$/.exec(server.uri)?.[0]);
    const expected = {
      message: new RegExp(`^port in use: ${port} on 127\\.0\\.0\\.1$`),
      mend: /any free one with --port 0$/,
    };
    await refused(file, { port }, expected);
    const http = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => http.once('listening', resolve));
    await refused(file, { port: (http.address() as AddressInfo).port }, { message: /^port in use: / });
    http.close();
  });

  test('takes its port again at once after a server with clients has stopped', async () => {
    const first = await startServing(shell, ['--db', file]);
    after(() => first.child.kill('SIGKILL'));
    await shell.run(`${first.attach} FROM remote.query('SELECT 1');`);
    first.child.kill('SIGTERM');
    await first.ended;
    const second = await startServing(shell, ['--db', file, '--port', `${/\d+$/.exec(first.uri)}`]);
    after(() => second.child.kill('SIGKILL'));
    assert.equal(second.uri, first.uri);
    second.child.kill('SIGTERM');
    await second.ended;
  });

  test('refuses a host that is not here', async () => {
    const message = /^cannot listen on 192\.0\.2\.1: no address of this machine$/;
    await refused(file, { host: '192.0.2.1' }, { message, mend: /--host/ });
    await refused(file, { host: 'nobody.invalid' }, { message: /^cannot listen on nobody\.invalid: getaddrinfo/ });
  });

  test('says where the extension quack can be had', async () => {
    const mend = /^install it with: duckdb -c "INSTALL quack" .* duckdb-extension-quack==1\.5\.5/;
    await refused(file, { extensions: folder }, { message: /^missing extension: .*\/quack\.duckdb_extension$/, mend });
    writeFileSync(join(folder, 'quack.duckdb_extension'), 'no extension');
    await refused(file, { extensions: folder }, { message: /^cannot load .*\/quack\.duckdb_extension: /, mend });
    // With a file for a home, DuckDB has nowhere to install it to.
    const env = { HOME: file, DUCKTOPICS_CACHE: folder };
    const { stderr } = await ducktopics(['serve', '--db', file], { env });
    assert.match(stderr, /^ducktopics: missing extension: quack, IO Error: .*\ninstall it with: /);
  });
});
