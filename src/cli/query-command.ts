import { Command, Option } from 'commander';
import { formatNames } from '../render/format-names.ts';
import { addDatabaseOptions, wholeNumber } from './database-options.ts';
import type { QueryOptions } from './query.ts';

export function queryCommand(): Command {
  const command = new Command('query')
    .summary('run SQL and print the last result')
    .description('Runs one or more statements with every function registered and prints the last result.')
    .argument('<sql>', 'the statements, or - to read them from standard input');
  return addDatabaseOptions(command)
    .addOption(
      new Option('--format <name>', 'how to print the result').choices([...formatNames, 'arrow']).default('table'),
    )
    .option('--max-rows <n>', 'how many rows a table shows; the other formats print all', wholeNumber(1), 40)
    .addHelpText(
      'after',
      `
Examples:
  ducktopics query "SELECT l2_normalize([3, 4]) AS unit"
  ducktopics query "SELECT * FROM topics" --db topics.duckdb --format json
  ducktopics query "SELECT * FROM assignments" --db topics.duckdb --format arrow > assignments.arrows
  ducktopics query - < report.sql`,
    )
    .action(async (sql: string, options: QueryOptions) => {
      const { query } = await import('./query.ts');
      await query(sql, options);
    });
}
