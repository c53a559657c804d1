import { Command, InvalidArgumentError } from 'commander';
import { memorySize, wholeNumber } from './database-options.ts';
import type { ServeCommandOptions } from './serve.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .summary('serve a database to stock duckdb shells')
    .description(
      'Serves a database, with every function, to stock duckdb shells and other clients of the Quack protocol. It listens on ' +
        'this machine only, and clients must give a token. Ctrl-C or SIGTERM stops it.',
    )
    .requiredOption('--db <file>', 'the database file')
    .option('--create', 'create the file when it is missing')
    .option('--port <n>', 'the port; 0: any free one', portNumber, 9494)
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option(
      '--token <token>',
      'the token of the clients (default: DUCKTOPICS_TOKEN, or a random one, which is printed)',
    )
    .option('--token-file <file>', 'read the token from a file, which keeps it out of the list of processes')
    .option('--readonly, --read-only', 'refuse every write, and files')
    .option('--files <folder>', 'with --readonly: files below this folder may be read; may be given again', collect)
    .option('--grace <seconds>', 'how long running statements may go on when the server stops', wholeNumber(0), 10)
    .option(
      '--extensions <folder>',
      'where quack.duckdb_extension and httpfs.duckdb_extension are (default: installed)',
    )
    .option('--threads <n>', 'how many threads DuckDB uses (default: one a core)', wholeNumber(1))
    .option('--memory-limit <size>', "how much memory DuckDB uses, as 4GB (default: 80 % of the machine's)", memorySize)
    .addHelpText(
      'after',
      `
Examples:
  ducktopics serve --db mail.duckdb
  ducktopics serve --db mail.duckdb --readonly --port 9500 --token-file token.txt

In a duckdb shell:
  ATTACH 'quack:127.0.0.1:9494' AS remote (TOKEN '...');
  FROM remote.query('SELECT * FROM cluster_sizes(''assignments'')');`,
    )
    .action(async (options: ServeCommandOptions) => {
      const { runServer } = await import('./serve.ts');
      await runServer(options);
    });
}

function portNumber(text: string): number {
  const port = wholeNumber(0)(text);
  if (port > 65_535) throw new InvalidArgumentError('Expected a port from 0 to 65535.');
  return port;
}

function collect(folder: string, before: string[] = []): string[] {
  return [...before, folder];
}
