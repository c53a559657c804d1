import { readFile } from 'node:fs/promises';
import { AlreadyTold } from './already-told.ts';
import { runDotCommand } from './commands/dot-commands.ts';
import type { Session } from './session.ts';
import { StatementBuffer } from './statement-buffer.ts';

/** How deep files may `.read` each other. */
const deepest = 25;

/** Takes lines and runs what they say: dot commands at once, SQL as soon as a statement is complete. */
export class Reader {
  readonly session: Session;
  readonly #buffer = new StatementBuffer();
  readonly #depth: number;

  constructor(session: Session, depth = 0) {
    this.session = session;
    this.#depth = depth;
  }

  /** The lines of a statement that has not come to its end. */
  get pending(): string {
    return this.#buffer.text;
  }

  get isInsideStatement(): boolean {
    return !this.#buffer.isEmpty;
  }

  /** Takes one line. False when what it completed has failed. */
  async feed(line: string): Promise<boolean> {
    if (this.#buffer.isEmpty) {
      if (/^\s*$|^#/.test(line)) return true;
      if (line.startsWith('.')) return this.#runCommand(line);
    }
    this.#buffer.add(line);
    return this.#buffer.isComplete ? this.session.run(this.#buffer.take()) : true;
  }

  /** Takes all lines until the end, `.quit`, or, with `stopsAtError`, the first error. False when it stopped at one. */
  async feedAll(lines: AsyncIterable<string> | Iterable<string>, stopsAtError: () => boolean): Promise<boolean> {
    const { session } = this;
    for await (const line of lines) {
      const isFine = await this.feed(line);
      if (session.hasQuit || session.cancellation.hasStopped) return true;
      if (!isFine && stopsAtError()) return false;
    }
    return (await this.finish()) || !stopsAtError();
  }

  /** Runs what is left: the last statement needs no semicolon. */
  async finish(): Promise<boolean> {
    return this.session.run(this.#buffer.take());
  }

  /** Forgets the lines of an unfinished statement. */
  drop(): void {
    this.#buffer.take();
  }

  /** Runs a file as `.read` does. Throws when it cannot be read; throws `AlreadyTold` when a statement in it failed. */
  async readFile(path: string): Promise<void> {
    if (this.#depth >= deepest)
      throw new Error(`cannot read "${path}": files read each other more than ${deepest} deep`);
    const text = await readText(path);
    const isFine = await new Reader(this.session, this.#depth + 1).feedAll(text.split(/\r?\n/), () => true);
    if (!isFine) throw new AlreadyTold();
  }

  #runCommand(line: string): Promise<boolean> {
    return this.session.attempt(() => runDotCommand(this, line));
  }
}

async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`cannot open "${path}"${code === 'EISDIR' ? ': it is a folder' : ''}`);
  }
}
