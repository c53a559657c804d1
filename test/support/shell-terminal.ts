import type { TestContext } from 'node:test';
import { commandFile } from './command.ts';
import { Terminal, type TerminalOptions } from './terminal.ts';

/** `ducktopics shell` in a terminal. */
export class ShellTerminal {
  readonly terminal: Terminal;
  #prompts = 0;

  private constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /** Starts the shell and waits for its prompt. No history is kept unless `env` says where. */
  static async start(
    test: TestContext,
    args: string[],
    options: TerminalOptions & { cwd: string },
  ): Promise<ShellTerminal> {
    const env = { HOME: options.cwd, DUCKTOPICS_HISTORY: '', ...options.env };
    const shell = new ShellTerminal(
      await Terminal.start(test, [process.execPath, commandFile, 'shell', ...args], { ...options, env }),
    );
    await shell.nextPrompt();
    return shell;
  }

  /** Types a line, waits until the shell prompts again, and gives what stands between. */
  async run(line: string): Promise<string> {
    await this.terminal.type(line);
    await this.terminal.press('Enter');
    return this.nextPrompt();
  }

  /** Waits for another prompt with nothing behind it, and gives what stands between it and the one before. */
  nextPrompt(): Promise<string> {
    const count = ++this.#prompts;
    return this.terminal.waitsFor(`prompt ${count}`, (screen) => {
      const parts = screen.split(/^\w+ D(?: |$)/m);
      return parts.length === count + 1 && parts.at(-1) === '' ? parts.at(-2) : undefined;
    });
  }

  /** Waits until this is what stands behind the last prompt. */
  async hasTyped(text: string): Promise<void> {
    await this.terminal.waitsFor(`"${text}" behind the prompt`, (screen) =>
      screen.split(/^\w+ D(?: |$)/m).at(-1) === text ? true : undefined,
    );
  }

  /** Ctrl-C at the prompt: drops what is typed. */
  async drop(): Promise<void> {
    await this.terminal.press('C-c');
    await this.nextPrompt();
  }
}
