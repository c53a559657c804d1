import { Command, InvalidArgumentError, Option } from 'commander';
import { formatNames } from '../render/format-names.ts';
import { addDatabaseOptions, wholeNumber } from './database-options.ts';
import type { RunOptions } from './run.ts';

export function runCommand(): Command {
  const command = new Command('run')
    .summary('run SQL scripts statement by statement')
    .description(
      'Runs SQL scripts statement by statement with every function registered. The first error stops with the file, the ' +
        'line and the statement. Results are printed on standard output, progress on standard error.',
    )
    .argument('<script...>', 'SQL files, run in this order in one session; - is standard input');
  return addDatabaseOptions(command)
    .option('--set <name=value>', "a variable, read in SQL with getvariable('name'); repeatable", addSetting, new Map())
    .addOption(new Option('--format <name>', 'how to print results').choices(formatNames).default('table'))
    .option('--max-rows <n>', 'how many rows a table shows; the other formats print all', wholeNumber(1), 40)
    .addHelpText(
      'after',
      `
Examples:
  ducktopics run sql/pipelines/discover.sql --db topics.duckdb --set input=mail.parquet --set k=40
  ducktopics run prepare.sql report.sql --db topics.duckdb --format json > report.json`,
    )
    .action(async (scripts: string[], options: RunOptions) => {
      const { run } = await import('./run.ts');
      await run(scripts, options);
    });
}

function addSetting(text: string, settings: Map<string, string>): Map<string, string> {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('Expected name=value, the name of letters, digits and _.');
  }
  return new Map(settings).set(name, value);
}
