import { Command, InvalidArgumentError, Option } from 'commander';
import { formatNames } from '../render/format-names.ts';
import { addDatabaseOptions, wholeNumber } from './database-options.ts';
import type { RunOptions } from './run.ts';

export function runCommand(): Command {
  const command = new Command('run')
    .summary('run SQL scripts, by hand or by a scheduler')
    .description(
      'Runs SQL scripts statement by statement with every function registered. Each script is one transaction: after an error, ' +
        'a signal or the time limit nothing of it is kept. The first error stops with the file, the line and the statement. ' +
        'Results are printed on standard output, progress on standard error.',
    )
    .argument('<script...>', 'SQL files, run in this order in one session; - is standard input');
  return addDatabaseOptions(command)
    .option('--set <name=value>', "a variable, read in SQL with getvariable('name'); repeatable", addSetting, new Map())
    .addOption(new Option('--format <name>', 'how to print results').choices(formatNames).default('table'))
    .option('--max-rows <n>', 'how many rows a table shows; the other formats print all', wholeNumber(1), 40)
    .addOption(new Option('--log-format <name>', 'how to tell what happens').choices(['text', 'json']).default('text'))
    .option('--lock <file>', 'what keeps a second run out (default: FILE.lock beside the database)')
    .option('--wait <seconds>', 'how long to wait for the lock and the database', wholeNumber(0), 0)
    .option('--timeout <seconds>', 'cancel and roll back after this long', wholeNumber(1))
    .addHelpText(
      'after',
      `
A script that has BEGIN in it manages its transactions itself; the comment "-- ducktopics: no transaction" above its first
statement asks for none.

Exit codes:
  0    done
  2    wrong command line
  3    bad SQL: a syntax error, an unknown table or column
  65   bad data: a value that does not convert, a failed check, a broken constraint
  66   a missing script or input file, a database that cannot be opened
  69   the endpoint failed
  70   a fault of the program
  74   the machine: disk full, out of memory, reading or writing failed
  75   locked by another run or program: try again later
  124  the time limit is over; 137 where a statement did not stop within 10 s of it
  130, 143  interrupted by SIGINT, SIGTERM; 129 where the terminal was closed
  141  the reader of standard output has gone

Examples:
  ducktopics run sql/pipelines/discover.sql --db topics.duckdb --set input=mail.parquet --set k=40
  ducktopics run prepare.sql report.sql --db topics.duckdb --format json > report.json
  ducktopics run sql/pipelines/daily.sql --db topics.duckdb --log-format json --wait 600 --timeout 3600`,
    )
    .action(async (scripts: string[], options: RunOptions) => {
      const { run } = await import('./run.ts');
      process.exitCode = await run(scripts, options);
    });
}

function addSetting(text: string, settings: Map<string, string>): Map<string, string> {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('Expected name=value, the name of letters, digits and _.');
  }
  return new Map(settings).set(name, value);
}
