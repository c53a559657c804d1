import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { OpenOptions } from '../open.ts';
import { version } from '../version.ts';
import { History, historyFile } from './history.ts';
import { linesOf } from './lines.ts';
import { Prompt } from './prompt.ts';
import { Reader } from './reader.ts';
import { Session } from './session.ts';
import type { ShellSettings } from './settings.ts';

/** What is run in place of what would be typed, in the order of the command line. */
export interface ShellInput {
  kind: 'command' | 'file';
  /** The SQL or dot command, or the path of the file. */
  text: string;
}

export interface ShellOptions {
  /** The database file, or `:memory:`. */
  path: string;
  open: OpenOptions;
  settings: Partial<ShellSettings>;
  /** What runs ahead of all else. */
  before: ShellInput[];
  /** When there is any, nothing is read from standard input. */
  inputs: ShellInput[];
  /** What runs first; default: `~/.ducktopicsrc` where there is one. `false` runs nothing. */
  initFile?: string | false;
  /** Whether not to prompt on a terminal either. */
  isBatch?: boolean;
}

/** Runs the shell to its end and returns its exit code: 0, 1 when anything failed, that of `.exit CODE`, 128 + the signal that ended it. */
export async function shell(options: ShellOptions): Promise<number> {
  const session = await Session.open(options.path, options.open);
  session.cancellation.listen();
  try {
    await runAll(session, options);
  } finally {
    session.cancellation.end();
    session.close();
  }
  return session.cancellation.exitCode ?? session.quitCode ?? (session.hasFailed ? 1 : 0);
}

async function runAll(session: Session, options: ShellOptions): Promise<void> {
  const reader = new Reader(session);
  const stopsAtError = () => session.settings.bail;
  const initFile = options.initFile ?? defaultInitFile();
  if (initFile) await session.attempt(() => reader.readFile(initFile));
  // The command line has the last word.
  Object.assign(session.settings, options.settings);
  if (session.hasFailed && stopsAtError()) return;
  for (const { kind, text } of [...options.before, ...options.inputs]) {
    if (hasEnded(session)) return;
    const isFine =
      kind === 'file'
        ? await session.attempt(() => reader.readFile(text))
        : await reader.feedAll(text.split('\n'), () => true);
    if (!isFine) return;
  }
  if (options.inputs.length > 0 || hasEnded(session)) return;
  if (process.stdin.isTTY && process.stdout.isTTY && !options.isBatch) await prompt(session, reader);
  else await reader.feedAll(linesOf(process.stdin), stopsAtError);
}

async function prompt(session: Session, reader: Reader): Promise<void> {
  session.cancellation.isInteractive = true;
  const [[duckdb = ''] = []] = await session.rows('SELECT version()');
  process.stdout.write(`DuckTopics ${version()}, DuckDB ${duckdb}\nEnter ".help" for usage hints.\n`);
  await new Prompt(reader, new History(historyFile())).run();
}

function hasEnded(session: Session): boolean {
  return session.hasQuit || session.cancellation.hasStopped;
}

function defaultInitFile(): string | undefined {
  const file = join(homedir(), '.ducktopicsrc');
  return existsSync(file) ? file : undefined;
}
