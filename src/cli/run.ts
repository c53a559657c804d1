import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { DuckTopicsError, messageOf } from '../errors.ts';
import { setVariable } from '../sql/set-variable.ts';
import type { DatabaseOptions } from './database-options.ts';
import { type PrintOptions, ResultPrinter } from './print-result.ts';
import { createProgress } from './progress.ts';
import { runScript, type Script } from './run-script.ts';
import { withDatabase } from './with-database.ts';

export interface RunOptions extends DatabaseOptions, PrintOptions {
  /** Variables by name, their values as typed on the command line. */
  set: Map<string, string>;
}

/** Runs scripts one after the other on one connection. */
export async function run(files: string[], options: RunOptions): Promise<void> {
  const scripts = await Promise.all(files.map(readScript));
  await withDatabase(options, async (db, checkpoint) => {
    for (const [name, value] of options.set) await setVariable(db.connection, name, value);
    const printer = new ResultPrinter(db, options);
    const progress = await createProgress(db.connection);
    for (const script of scripts) await runScript(db.connection, script, { printer, progress, checkpoint });
  });
}

/** Reads a script; `-` is standard input. */
export async function readScript(file: string): Promise<Script> {
  if (file === '-') return { name: 'standard input', text: await text(process.stdin) };
  try {
    return { name: file, text: await readFile(file, 'utf8') };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const mend = 'give the path of an SQL file, or - for standard input';
    if (code === 'ENOENT') throw new DuckTopicsError(`missing script: ${file}`, { mend, cause });
    if (code === 'EISDIR') throw new DuckTopicsError(`invalid script: ${file} is a folder`, { mend, cause });
    throw new DuckTopicsError(`cannot read ${file}: ${messageOf(cause)}`, { mend, cause });
  }
}
