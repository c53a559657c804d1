import { Command, InvalidArgumentError } from 'commander';
import { memorySize, wholeNumber } from './database-options.ts';
import type { DiscoverOptions } from './discover.ts';

export function discoverCommand(): Command {
  return new Command('discover')
    .summary('find, name, merge and refine the topics of messages')
    .description(
      'Runs the whole pipeline: sql/pipelines/discover.sql, label.sql, merge.sql and refine.sql. Run it again with the same options ' +
        'after an interrupt or a fault: finished stages are skipped, and answers that were paid for are not asked again.',
    )
    .requiredOption('--from <input>', 'the messages: a Parquet file or pattern, or a table of the database')
    .option('--db <file>', 'the database file that gets the tables, created when missing', 'topics.duckdb')
    .option('--id <column>', 'the column that tells messages apart', 'id')
    .option('--text <column>', 'the column with the text', 'text')
    .option('--embedding <column>', 'the column with the embedding', 'embedding')
    .option('-k, --topics <n>', 'how many topics to find before merging', wholeNumber(1), 40)
    .option('--seed <n>', 'another seed draws other samples', wholeNumber(0), 1234)
    .option('--misfits <n>', 'how many messages that fit badly are offered other topics', wholeNumber(0), 100)
    .option('--dry-run', 'find the topics, print what naming them would cost, and ask nothing')
    .option('--max-usd <amount>', 'stop asking before more than this is spent', amount)
    .option('--max-calls <n>', 'stop asking after this many calls', wholeNumber(0))
    .option('--threads <n>', 'how many threads DuckDB uses (default: one a core)', wholeNumber(1))
    .option('--memory-limit <size>', "how much memory DuckDB uses, as 4GB (default: 80 % of the machine's)", memorySize)
    .addHelpText(
      'after',
      `
Topics are named by the endpoint of OPENAI_API_KEY, OPENAI_BASE_URL and DUCKTOPICS_LABEL_MODEL, or else by keywords.

Examples:
  ducktopics discover --from mail.parquet -k 100 --db topics.duckdb --dry-run
  ducktopics discover --from mail.parquet -k 100 --db topics.duckdb --max-usd 0.50`,
    )
    .action(async (options: DiscoverOptions) => {
      const { discover } = await import('./discover.ts');
      await discover(options);
    });
}

function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw new InvalidArgumentError('Expected an amount in US dollars.');
  return value;
}
