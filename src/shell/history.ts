import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const mostEntries = 1000;

/**
 * The statements that were typed, newest first, kept in a file between starts. A statement of many lines is one entry; one that
 * is typed again moves to the front; one that begins with a space is not kept.
 */
export class History {
  readonly entries: string[] = [];
  readonly #file: string | undefined;

  /** Reads the file; without a path nothing is kept. A file that cannot be read is an empty one. */
  constructor(file: string | undefined) {
    this.#file = file;
    if (file === undefined) return;
    const lines = readLines(file);
    for (const line of lines) this.#remember(decode(line));
    if (lines.length > 2 * mostEntries) this.#rewrite(file);
  }

  /** Adds an entry. Shells that run side by side each add theirs to the file. */
  add(entry: string): void {
    if (entry.trim() === '' || entry.startsWith(' ') || entry === this.entries[0]) return;
    this.#remember(entry);
    if (this.#file === undefined) return;
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      appendFileSync(this.#file, `${encode(entry)}\n`, { mode: 0o600 });
    } catch {
      // A home folder that cannot be written to is no reason to stop working.
    }
  }

  #remember(entry: string): void {
    const known = this.entries.indexOf(entry);
    if (known >= 0) this.entries.splice(known, 1);
    this.entries.unshift(entry);
    if (this.entries.length > mostEntries) this.entries.pop();
  }

  #rewrite(file: string): void {
    try {
      const unfinished = `${file}.${process.pid}`;
      writeFileSync(
        unfinished,
        this.entries
          .map((entry) => `${encode(entry)}\n`)
          .toReversed()
          .join(''),
        { mode: 0o600 },
      );
      renameSync(unfinished, file);
    } catch {
      // It stays as long as it is.
    }
  }
}

/**
 * Where the history is kept: `DUCKTOPICS_HISTORY` (empty: nowhere), else `ducktopics/history` in `XDG_STATE_HOME` where that is
 * set, else `~/.ducktopics_history`.
 */
export function historyFile(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { DUCKTOPICS_HISTORY: given, XDG_STATE_HOME: state } = env;
  if (given !== undefined) return given === '' ? undefined : given;
  return state ? join(state, 'ducktopics', 'history') : join(homedir(), '.ducktopics_history');
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

/** A line break as `\n`, a backslash twice: one entry a line. */
function encode(entry: string): string {
  return entry.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}

function decode(line: string): string {
  return line.replaceAll(/\\(.)/g, (_all, char) => (char === 'n' ? '\n' : char === 'r' ? '\r' : char));
}
