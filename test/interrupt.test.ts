import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { Interrupted, interruptible } from '../src/cli/interrupt.ts';
import { open } from '../src/index.ts';
import { packageRoot } from '../src/paths.ts';

// What comes by a signal alone does not keep a process alive.
const alive = setInterval(() => {}, 1000);
after(() => clearInterval(alive));

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

test('interruptible() tells when work does not end after a signal', async () => {
  await using db = await open();
  let end = () => {};
  const stuck: Interrupted[] = [];
  const onStuck = (interrupted: Interrupted) => {
    stuck.push(interrupted);
    end();
  };
  const work = () =>
    new Promise<void>((resolve) => {
      end = resolve;
      process.kill(process.pid, 'SIGTERM');
    });
  const interrupted = interruptible(db.connection, work, { onStuck, graceMs: 30 });
  await assert.rejects(interrupted, (error: unknown) => error === stuck[0]);
  assert.deepEqual([stuck.length, stuck[0]?.exitCode], [1, 143]);
});

test('interruptible() ends work that waits for something else than a query', async () => {
  await using db = await open();
  const work = interruptible(db.connection, async (_, stopped) => {
    process.kill(process.pid, 'SIGHUP');
    await once(stopped, 'abort');
  });
  await assert.rejects(work, (error: unknown) => error instanceof Interrupted && error.exitCode === 129);
});

test('endAtOnce() ends a process by the signal, after what is to be done at its exit', async () => {
  const script = `
    const { endAtOnce, Interrupted } = await import(${JSON.stringify(join(packageRoot, 'src', 'cli', 'interrupt.ts'))});
    process.on('SIGTERM', () => {});
    process.on('exit', (code) => console.log('exit ' + code));
    endAtOnce(new Interrupted('SIGTERM'));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [stdout, exited] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  assert.deepEqual([stdout, exited], ['exit 143\n', [null, 'SIGTERM']]);
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
