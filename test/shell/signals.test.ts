import assert from 'node:assert/strict';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDucktopics } from '../support/command.ts';
import { ShellTerminal } from '../support/shell-terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { missingTmux } from '../support/tmux.ts';
import { trainingBegins } from '../support/training-begins.ts';

const skip = missingTmux();
const folder = temporaryFolder();

/** Training does not look whether it was interrupted; this one takes minutes, once its rows are read. */
const messages = 'CREATE TABLE messages AS FROM synthetic_embeddings(256_000, 64);';
const training = "SELECT count(*) FROM kmeans_train('messages', k := 4000, niter := 10_000);";

const endings: [signal: NodeJS.Signals, exitCode: number][] = [
  ['SIGTERM', 143],
  ['SIGHUP', 129],
];

/** Starts a shell, its sockets in a folder of its own, and waits for the first result, if one is to come. */
async function start(commands: string[]): Promise<{ child: ChildProcessWithoutNullStreams; temporary: string }> {
  const temporary = temporaryFolder();
  const args = ['-csv', '-no-init', ...commands.flatMap((command) => ['-c', command])];
  const child = startDucktopics(['shell', ...args], { cwd: folder, env: { TMPDIR: temporary } });
  await once(child.stdout, 'data');
  return { child, temporary };
}

function leftOver(temporary: string): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('ducktopics-'));
}

test('SIGINT, SIGTERM and SIGHUP end a running query and the shell with 130, 143 and 129, and leave nothing behind', async () => {
  for (const [signal, exitCode] of [['SIGINT', 130], ...endings] as const) {
    const { child, temporary } = await start([
      "SELECT 'ready' AS text",
      'SELECT sum(hash(range)) FROM range(900_000_000_000)',
      'SELECT 1',
    ]);
    const stderr = text(child.stderr);
    assert.equal(leftOver(temporary).length, 1, 'the sockets have a folder while it runs');
    child.kill(signal);
    const [code] = await once(child, 'close');
    assert.equal(code, exitCode);
    assert.match(await stderr, /^(INTERRUPT Error: Interrupted!\n)?$/);
    assert.deepEqual(leftOver(temporary), []);
  }
});

test('SIGTERM and SIGHUP end a shell that waits for input, and leave nothing behind', async () => {
  for (const [signal, exitCode] of endings) {
    const temporary = temporaryFolder();
    const child = startDucktopics(['shell', '-csv', 'kept.duckdb'], { cwd: folder, env: { TMPDIR: temporary } });
    child.stdin.write(`CREATE OR REPLACE TABLE t AS SELECT '${signal}' AS signal;\nFROM t;\n`);
    await once(child.stdout, 'data');
    child.kill(signal);
    const [code] = await once(child, 'close');
    assert.equal(code, exitCode);
    assert.deepEqual(leftOver(temporary), []);
    const kept = startDucktopics(['shell', '-csv', 'kept.duckdb', '-c', 'FROM t'], { cwd: folder });
    assert.equal(await text(kept.stdout), `signal\n${signal}\n`);
  }
});

test('a second SIGINT ends a shell whose query heeds none, and leaves nothing behind', async () => {
  const { child, temporary } = await start([messages, "SELECT 'ready' AS text", training]);
  await trainingBegins(child.pid);
  child.kill('SIGINT');
  await sleep(500);
  assert.equal(child.exitCode, null, 'training has not heeded the first');
  child.kill('SIGINT');
  const [code, signal] = await once(child, 'close');
  assert.deepEqual({ code, signal }, { code: null, signal: 'SIGINT' });
  assert.deepEqual(leftOver(temporary), []);
});

test('SIGTERM ends a shell whose query heeds none after a while, and leaves nothing behind', async () => {
  const { child, temporary } = await start([messages, "SELECT 'ready' AS text", training]);
  await trainingBegins(child.pid);
  child.kill('SIGTERM');
  const [code, signal] = await once(child, 'close');
  assert.deepEqual({ code, signal }, { code: null, signal: 'SIGTERM' });
  assert.deepEqual(leftOver(temporary), []);
});

test('SIGTERM ends a shell that waits for a command of .shell', async () => {
  const { child } = await start(["SELECT 'ready' AS text", `.shell touch begun; exec sleep 20 <&- >&- 2>&-`]);
  while (!existsSync(join(folder, 'begun'))) await sleep(20);
  child.kill('SIGTERM');
  const [, signal] = await once(child, 'close');
  assert.equal(signal, 'SIGTERM');
});

test('a third Ctrl-C at the prompt ends a shell whose query heeds none', { skip }, async (t) => {
  const shell = await ShellTerminal.start(t, [], { cwd: folder });
  const { terminal } = shell;
  await shell.run(messages);
  await terminal.type(training);
  await terminal.press('Enter');
  await terminal.shows(/ \d\.\d\d s/);
  await trainingBegins(await terminal.pid());
  await terminal.pressUntil('C-c', /^the query has not stopped yet; Ctrl-C again ends the shell$/m);
  await terminal.press('C-c');
  await terminal.ends();
});

test('SIGTERM and SIGHUP end a shell that prompts, and leave nothing behind', { skip }, async (t) => {
  for (const [signal, exitCode] of endings) {
    const temporary = temporaryFolder();
    const { terminal } = await ShellTerminal.start(t, [], { cwd: folder, env: { TMPDIR: temporary } });
    assert.equal(leftOver(temporary).length, 1, 'the sockets have a folder while it runs');
    process.kill(await terminal.pid(), signal);
    assert.equal(await terminal.exitCode(), exitCode);
    assert.deepEqual(leftOver(temporary), []);
  }
});
