import { execFile } from 'node:child_process';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** How long something may take to show on a screen; generous, since machines that run tests are busy. */
const patienceMs = 60_000;

export interface TerminalOptions {
  cwd?: string;
  env?: Record<string, string>;
  columns?: number;
  rows?: number;
}

/** A terminal with a program in it: keys go in, the screen is read. It is tmux, with a server of its own. */
export class Terminal {
  static #count = 0;
  readonly #socket = `ducktopics-test-${process.pid}-${++Terminal.#count}`;

  /** Starts a program; it is ended with the test, if not before. */
  static async start(test: TestContext, command: string[], options: TerminalOptions = {}): Promise<Terminal> {
    const terminal = new Terminal();
    const { cwd = process.cwd(), env = {}, columns = 80, rows = 50 } = options;
    const size = ['-x', String(columns), '-y', String(rows)];
    const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    await terminal.#tmux(
      ...['-u', '-f', '/dev/null', 'new-session', '-d', ...size, '-c', cwd, ...variables, `exec ${quoted}`],
      ...[';', 'set-option', 'remain-on-exit', 'on'],
    );
    test.after(() => terminal.#end());
    return terminal;
  }

  /** Types a text. */
  async type(text: string): Promise<void> {
    // A semicolon at the end of an argument would end the command of tmux.
    await this.#tmux('send-keys', '-l', '--', text.replace(/;$/, '\\;'));
  }

  /** Presses keys by their names, as `Enter`, `Tab`, `Up`, `C-c`. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  /** Presses a key until the screen matches. The kernel makes one signal of two that come in quick succession. */
  async pressUntil(key: string, expected: RegExp): Promise<void> {
    let next = 0;
    await this.waitsFor(`${expected} after ${key}`, async (screen) => {
      if (expected.test(screen)) return true;
      if (performance.now() < next) return undefined;
      next = performance.now() + 1000;
      await this.press(key);
    });
  }

  /** What the screen shows and showed, without blank lines; a line that was broken at the edge is one line. */
  async screen(): Promise<string> {
    const text = await this.#tmux('capture-pane', '-p', '-J', '-S', '-');
    return text
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '')
      .join('\n');
  }

  /** Waits until the screen matches, and gives it. Throws with the screen when that takes too long. */
  shows(expected: RegExp): Promise<string> {
    return this.waitsFor(String(expected), (screen) => (expected.test(screen) ? screen : undefined));
  }

  /** Waits until `find` finds something on the screen, and gives it. `what` names it where it does not come. */
  async waitsFor<T>(what: string, find: (screen: string) => T | undefined | Promise<T | undefined>): Promise<T> {
    const end = performance.now() + patienceMs;
    for (;;) {
      const screen = await this.screen();
      const found = await find(screen);
      if (found !== undefined) return found;
      if (performance.now() > end) throw new Error(`the terminal does not show ${what}:\n${screen}`);
      await sleep(50);
    }
  }

  /** Waits until the program has ended by itself, and gives its exit code. */
  async exitCode(): Promise<number> {
    const end = performance.now() + patienceMs;
    for (;;) {
      const [isDead, code] = (await this.#tmux('display-message', '-p', '#{pane_dead} #{pane_dead_status}'))
        .trim()
        .split(' ');
      if (isDead === '1' && code !== undefined) return Number(code);
      // tmux may miss that the program has ended, until another one does.
      if (isDead === '1') await this.#tmux('run-shell', 'true');
      if (performance.now() > end) throw new Error(`the program does not end:\n${await this.screen()}`);
      await sleep(50);
    }
  }

  /** Waits until the program is gone, by itself or killed by a signal. */
  async ends(): Promise<void> {
    const end = performance.now() + patienceMs;
    while ((await this.#tmux('display-message', '-p', '#{pane_dead}')).trim() !== '1') {
      if (performance.now() > end) throw new Error(`the program does not end:\n${await this.screen()}`);
      await sleep(50);
    }
  }

  /** The process of the program. */
  async pid(): Promise<number> {
    return Number(await this.#tmux('display-message', '-p', '#{pane_pid}'));
  }

  /** Ends the program, and waits until it is gone. */
  async #end(): Promise<void> {
    const pid = await this.pid();
    await this.#tmux('kill-server');
    while (isAlive(pid)) await sleep(20);
  }

  async #tmux(...args: string[]): Promise<string> {
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    const { stdout } = await exec('tmux', ['-L', this.#socket, ...args], { env });
    return stdout;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
