import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { Interrupted, interruptible } from '../src/cli/interrupt.ts';
import { open } from '../src/index.ts';
import { packageRoot } from '../src/paths.ts';

test('interruptible() gives the result of the work when no signal comes', async () => {
  await using db = await open();
  assert.equal(await interruptible(db.connection, async () => 42), 42);
  await assert.rejects(
    interruptible(db.connection, async () => {
      throw new Error('its own');
    }),
    /its own/,
  );
  assert.equal(process.listenerCount('SIGINT'), 0);
});

test('interruptible() stops work that is between two queries at its next checkpoint', async () => {
  await using db = await open();
  const work = interruptible(db.connection, async (checkpoint) => {
    process.kill(process.pid, 'SIGINT');
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      checkpoint();
    }
  });
  await assert.rejects(work, (error: unknown) => error instanceof Interrupted && error.exitCode === 130);
});

test('a second signal ends a process whose work does not stop', async () => {
  const script = `
    const { interruptible } = await import(${JSON.stringify(join(packageRoot, 'src', 'cli', 'interrupt.ts'))});
    setInterval(() => {}, 1000);
    await interruptible({ interrupt: () => console.log('asked') }, () => {
      console.log('working');
      return new Promise(() => {});
    });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  const [code, signal] = await exited;
  assert.deepEqual({ code, signal }, { code: null, signal: 'SIGINT' });
});
