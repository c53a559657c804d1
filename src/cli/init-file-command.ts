import { Command } from 'commander';

export function initFileCommand(): Command {
  return new Command('init-file')
    .summary('print the init file of a stock duckdb shell')
    .description(
      'Prints the SQL that loads the extension and creates the macros, for the -init flag of a stock duckdb shell.',
    )
    .addHelpText(
      'after',
      `
Examples:
  ducktopics init-file > ducktopics.sql
  duckdb -unsigned -init ducktopics.sql messages.duckdb`,
    )
    .action(async () => {
      const { initSql } = await import('../register.ts');
      process.stdout.write(initSql());
    });
}
