import { Command } from 'commander';

export function demoCommand(): Command {
  return new Command('demo')
    .summary('find the topics of 6,046 real mails')
    .description(
      'Finds 40 topics in 6,046 real mails with sql/pipelines/discover.sql, prints them and leaves them in build/demo.duckdb. ' +
        'The mails are fetched on first use (20 MB).',
    )
    .option('--json', 'print one object with the figures instead: messages, topics, assigned, objective, ...')
    .action(async (options: { json?: boolean }) => {
      const { demo } = await import('./demo.ts');
      await demo(options);
    });
}
