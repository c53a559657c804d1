import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram } from '../../src/cli/main.ts';
import { open } from '../../src/open.ts';
import { packageRoot } from '../../src/paths.ts';

/** What is run for the page, by command. The files are those that `prepare` makes. */
const examples: Record<string, string[][]> = {
  query: [
    ['query', 'SELECT l2_normalize([3, 4]) AS unit'],
    ['query', 'SELECT text FROM messages LIMIT 2', '--db', 'messages.duckdb', '--format', 'json'],
  ],
  shell: [['shell', 'messages.duckdb', '--json', '-c', 'SELECT count(*) AS messages FROM messages']],
  run: [['run', 'report.sql', '--db', 'messages.duckdb', '--set', 'word=invoice', '--format', 'markdown']],
  functions: [['functions', 'l2_normalize']],
};

const report = "SELECT count(*) AS messages\nFROM messages\nWHERE contains(text, getvariable('word'));\n";

/** docs/commands.md: the help of every command, and examples with their output. */
export async function commandsPage(): Promise<string> {
  await prepare();
  const program = createProgram();
  const sections = program.commands.map((command) => {
    const name = command.name();
    const runs = (examples[name] ?? []).map((args) => block('console', `$ ${shown(args)}\n${output(args)}`));
    return `## \`ducktopics ${name}\`\n\n${[block('', output([name, '--help'])), ...runs].join('\n')}`;
  });
  return `# Commands

Written by \`npm run docs\`, which runs every example. In a clone \`npx ducktopics\` runs the command; in a project that depends on
the package likewise.

${block('', output(['--help']))}
The exit code is 0 when all went well, 1 after an error, 2 for a wrong command line, 130 after Ctrl-C; \`run\` tells errors apart.
Results go to standard output, progress and errors to standard error.

The example of \`run\` uses this \`report.sql\`:

${block('sql', report)}
${sections.join('\n')}`;
}

async function prepare(): Promise<void> {
  writeFileSync('report.sql', report);
  await using db = await open('messages.duckdb');
  await db.query(
    "CREATE TABLE messages AS FROM (VALUES ('the invoice is wrong'), ('send the invoice again'), ('the app crashes')) AS t (text)",
  );
}

function output(args: string[]): string {
  const command = join(packageRoot, 'bin', 'ducktopics.mjs');
  return execFileSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '100' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function shown(args: string[]): string {
  return ['ducktopics', ...args].map((arg) => (/^[\w./=-]+$/.test(arg) ? arg : `"${arg}"`)).join(' ');
}

function block(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\n`;
}
