import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test("_call_host reaches no socket but its own process'", async () => {
  const socket = join(temporaryFolder(), 'other.sock');
  const program = `
    const server = require('node:net').createServer((connection) => connection.on('data', () => console.log('read')));
    server.listen(process.argv[1], () => console.log('ready'));`;
  const other = spawn(process.execPath, ['-e', program, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  other.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  try {
    await once(other.stdout, 'data');
    await using db = await open();
    await assert.rejects(
      db.query("SELECT _call_host($1, 'label_cluster', 'x', '[]')", [socket]),
      /expected a socket of this process, got one of another/,
    );
    assert.equal(output, 'ready\n');
  } finally {
    other.kill();
  }
});
