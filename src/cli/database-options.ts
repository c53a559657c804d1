import { type Command, InvalidArgumentError } from 'commander';

/** The options of every command that opens a database. */
export interface DatabaseOptions {
  db: string;
  readonly?: boolean;
  threads?: number;
  memoryLimit?: string;
}

/** Adds `--db`, `--readonly`, `--threads` and `--memory-limit`. */
export function addDatabaseOptions(command: Command): Command {
  return command
    .option('--db <file>', 'the database file, created when missing', ':memory:')
    .option('--readonly', 'open the file without the right to write')
    .option('--threads <n>', 'how many threads DuckDB uses (default: one a core)', wholeNumber(1))
    .option(
      '--memory-limit <size>',
      "how much memory DuckDB uses, as 4GB (default: 80 % of the machine's)",
      memorySize,
    );
}

/** The parser of `--memory-limit`. */
export function memorySize(text: string): string {
  if (!/^(\d+(\.\d+)?|\.\d+) ?([KMGT]I?B?|B)$/i.test(text)) {
    throw new InvalidArgumentError('Expected a number and a unit, as 4GB or 512MiB.');
  }
  return text;
}

/** A parser for an option that takes a whole number. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
    }
    return value;
  };
}
