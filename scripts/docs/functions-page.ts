import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBResult } from '@duckdb/node-api';
import { messageOf } from '../../src/errors.ts';
import { type FunctionReference, readFunctionReference, summaryOf } from '../../src/function-reference.ts';
import { type DuckTopics, open } from '../../src/open.ts';
import { packageRoot } from '../../src/paths.ts';
import { runStatement } from '../../src/sql/run-statement.ts';
import { splitStatements } from '../../src/sql/split-statements.ts';
import { drawnTable } from './drawn-table.ts';
import { writeExampleFiles } from './example-files.ts';

/** docs/functions.md: every function with what its example gives on the example tables. */
export async function functionsPage(): Promise<string> {
  const tables = readFileSync(join(packageRoot, 'scripts', 'docs', 'example-tables.sql'), 'utf8').trim();
  writeExampleFiles('.');
  // No endpoint, and a cache that the examples may empty.
  const cache = mkdtempSync(join(tmpdir(), 'ducktopics-docs-'));
  await using db = await open(':memory:', { labelling: { provider: 'keywords', embeddings: 'offline', cache } });
  await db.connection.run(tables);
  const references = await readFunctionReference(db.connection);
  const sections: string[] = [];
  for (const reference of references) sections.push(await section(db, reference));
  rmSync(cache, { recursive: true });
  return `# Functions

Written by \`npm run docs\`, which runs every example. \`ducktopics functions\` prints the same in a terminal.

The extension and the macros work in every DuckDB that loads them, the stock \`duckdb\` shell too. The functions marked TypeScript need
the command \`ducktopics\`, or a program in which \`open()\` or \`register()\` was called.

| function | kind | what it does |
| --- | --- | --- |
${references.map(tableRow).join('\n')}

${sections.join('\n')}
## The tables of the examples

\`\`\`sql
${tables}
\`\`\`
`;
}

function tableRow({ name, kind, description, needsHost }: FunctionReference): string {
  return `| [\`${name}\`](#${name}) | ${kind}${needsHost ? ', TypeScript' : ''} | ${summaryOf(description).replaceAll('|', '\\|')} |`;
}

async function section(db: DuckTopics, reference: FunctionReference): Promise<string> {
  return `## \`${reference.name}\`

\`\`\`
${reference.signatures.join('\n')}
\`\`\`

${article(reference.kind)}; returns \`${reference.returns}\`.${whereOf(reference)}

${reference.description}

\`\`\`sql
${withSemicolon(reference.example)}
\`\`\`
\`\`\`
${await output(db, reference)}
\`\`\`
`;
}

async function output(db: DuckTopics, { name, example }: FunctionReference): Promise<string> {
  try {
    let result: DuckDBResult | undefined;
    for await (const statement of splitStatements(db.connection, example)) {
      result = await runStatement(db.connection, statement);
    }
    if (result === undefined) throw new Error('it has no statement');
    return await drawnTable(db.instance, result, 12);
  } catch (cause) {
    throw new Error(`the example of ${name} fails: ${messageOf(cause)}\n${example}`, { cause });
  }
}

/** Where a function that is written in TypeScript can be called. */
function whereOf({ needsHost }: FunctionReference): string {
  return needsHost
    ? ' Written in TypeScript: the command `ducktopics` and programs with `open()` or `register()` have it, the stock `duckdb` shell does not.'
    : '';
}

function article(kind: FunctionReference['kind']): string {
  const texts = {
    scalar: 'A scalar function',
    aggregate: 'An aggregate',
    table: 'A table function',
    macro: 'A scalar macro',
    'table macro': 'A table macro',
  };
  return texts[kind];
}

function withSemicolon(sql: string): string {
  return sql.endsWith(';') ? sql : `${sql};`;
}
