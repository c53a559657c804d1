import { Command } from 'commander';
import { type ModeName, modeNames } from '../render/modes/mode.ts';
import type { ShellSettings } from '../shell/settings.ts';
import type { ShellInput } from '../shell/shell.ts';
import { memorySize, wholeNumber } from './database-options.ts';

interface Flags {
  readonly?: boolean;
  threads?: number;
  memoryLimit?: string;
  bail?: boolean;
  batch?: boolean;
  echo?: boolean;
  header?: boolean;
  init: string | false;
  nullvalue?: string;
  separator?: string;
}

export function shellCommand(): Command {
  let mode: ModeName | undefined;
  const before: ShellInput[] = [];
  const inputs: ShellInput[] = [];
  const command = new Command('shell')
    .summary('a DuckDB shell with every function registered')
    .description(
      'A shell as the stock duckdb is one, with every function registered. On a terminal it prompts, otherwise it reads ' +
        'statements and dot commands from standard input. Options may begin with one dash, as in duckdb.',
    )
    .argument('[file]', 'the database file, created when missing (default: in memory)')
    .argument('[sql...]', 'statements to run in place of standard input')
    .option('-c, --command <sql>', 'run a statement or dot command and exit; repeatable', (text: string) => {
      inputs.push({ kind: 'command', text });
    })
    .option('-f, --file <path>', 'run a file and exit; repeatable', (text: string) => {
      inputs.push({ kind: 'file', text });
    })
    .option('--cmd <sql>', 'run a statement or dot command ahead of all else; repeatable', (text: string) => {
      before.push({ kind: 'command', text });
    })
    .option('--init <path>', 'run a file first, in place of ~/.ducktopicsrc')
    .option('--no-init', 'do not run ~/.ducktopicsrc')
    .option('--readonly', 'open the file without the right to write')
    .option('--bail', 'stop after the first error')
    .option('--batch', 'do not prompt on a terminal either')
    .option('--echo', 'print statements before they run')
    .option('--header', 'begin csv, list and tabs with the names of the columns (the default)')
    .option('--no-header', 'leave them out')
    .option('--nullvalue <text>', 'what stands for NULL (default: NULL)')
    .option('--separator <text>', 'what stands between the values of a list (default: |)')
    .option('--threads <n>', 'how many threads DuckDB uses (default: one a core)', wholeNumber(1))
    .option(
      '--memory-limit <size>',
      "how much memory DuckDB uses, as 4GB (default: 80 % of the machine's)",
      memorySize,
    );
  for (const name of modeNames) {
    command.option(`--${name}`, `print results as .mode ${name} does`);
    command.on(`option:${name}`, () => {
      mode = name;
    });
  }
  return command
    .addHelpText(
      'after',
      `
Examples:
  ducktopics shell topics.duckdb
  ducktopics shell topics.duckdb -c "SELECT * FROM topics" -json
  ducktopics shell -csv < report.sql > report.csv`,
    )
    .action(async (file: string | undefined, sql: string[], flags: Flags) => {
      const { shell } = await import('../shell/shell.ts');
      process.exitCode = await shell({
        path: file ?? ':memory:',
        open: {
          readOnly: flags.readonly ?? false,
          ...(flags.threads === undefined ? {} : { threads: flags.threads }),
          ...(flags.memoryLimit === undefined ? {} : { memoryLimit: flags.memoryLimit }),
        },
        settings: settingsOf(flags, mode),
        before,
        inputs: [...inputs, ...sql.map((text): ShellInput => ({ kind: 'command', text }))],
        ...(flags.init === undefined ? {} : { initFile: flags.init }),
        isBatch: flags.batch ?? false,
      });
    });
}

function settingsOf(flags: Flags, mode: ModeName | undefined): Partial<ShellSettings> {
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(flags.header === undefined ? {} : { headers: flags.header }),
    ...(flags.nullvalue === undefined ? {} : { nullValue: flags.nullvalue }),
    ...(flags.separator === undefined ? {} : { separator: flags.separator }),
    ...(flags.bail ? { bail: true } : {}),
    ...(flags.echo ? { echo: true } : {}),
  };
}

/** `ducktopics shell -csv -readonly`: the long options of this command may begin with one dash, as those of duckdb do. */
export function longShellOptions(args: string[]): string[] {
  if (args[0] !== 'shell') return args;
  let isValue = false;
  return args.map((arg) => {
    const name = /^-([a-z][a-z-]+)$/.exec(arg)?.[1];
    const long = isValue || name === undefined ? arg : `--${name === 'noheader' ? 'no-header' : name}`;
    isValue = !isValue && valueOptions.has(long);
    return long;
  });
}

const valueOptions: ReadonlySet<string> = new Set([
  '-c',
  '-f',
  '--command',
  '--file',
  '--cmd',
  '--init',
  '--nullvalue',
  '--separator',
  '--threads',
  '--memory-limit',
]);
