import { accessSync, closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { FunctionReference } from '../function-reference.ts';
import { literal } from './host-macros.ts';

const cacheColumns = {
  key: 'VARCHAR',
  task: 'VARCHAR',
  model: 'VARCHAR',
  prompt_version: 'INTEGER',
  parameters: 'JSON',
  sample: 'JSON',
  answer: 'JSON',
  prompt_tokens: 'BIGINT',
  completion_tokens: 'BIGINT',
  usd: 'DOUBLE',
  created_at: 'TIMESTAMP',
};

const usageColumns = {
  created_at: 'TIMESTAMP',
  task: 'VARCHAR',
  model: 'VARCHAR',
  outcome: 'VARCHAR',
  prompt_tokens: 'BIGINT',
  completion_tokens: 'BIGINT',
  usd: 'DOUBLE',
};

export const recordReferences: FunctionReference[] = [
  {
    name: 'label_cache',
    kind: 'table macro',
    signatures: ['label_cache()'],
    returns: `table (${columnList(cacheColumns)})`,
    description: `Lists the answers of the endpoint that are kept, each found again by model, prompt version, parameters and sample.

The files lie under \`~/.cache/ducktopics\` (\`XDG_CACHE_HOME\`, \`DUCKTOPICS_CACHE\`, or the option \`cache\`); programs that run at the
same time share them. \`answer\` is the JSON of the answer; of \`embed_text\`, FLOATs in base64. \`label_cache_clear()\` empties it.`,
    example: 'SELECT task, model, count(*) AS answers, sum(usd) AS usd FROM label_cache() GROUP BY ALL',
  },
  {
    name: 'label_usage',
    kind: 'table macro',
    signatures: ['label_usage()'],
    returns: `table (${columnList(usageColumns)})`,
    description: `Lists what the endpoint was paid for, one row an answer.

\`outcome\` is \`used\`, or \`invalid\` where the answer could not be used. \`usd\` is NULL where the model's price is unknown.
Emptying the cache leaves this record.`,
    example: 'SELECT model, count(*) AS calls, sum(prompt_tokens) AS prompt_tokens FROM label_usage() GROUP BY model',
  },
];

/** The statements that create `label_cache()` and `label_usage()` over the files of a cache. */
export function recordMacros(folder: string): string[] {
  const answers = join(folder, 'answers');
  const none = join(answers, '00', 'none.json');
  const usage = join(folder, 'usage.jsonl');
  let reason = 'its files cannot be read';
  try {
    // A glob that finds no file is an error in DuckDB; an empty file is an empty table.
    mkdirSync(dirname(none), { recursive: true, mode: 0o700 });
    for (const file of [none, usage]) closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    // What was there before can still be read.
    reason = messageOf(error);
  }
  const unusable = `cannot use the cache in ${folder}: ${reason}; name another folder with: DUCKTOPICS_CACHE`;
  return [
    isReadable(none)
      ? tableMacro('label_cache', join(answers, '*', '*.json'), cacheColumns, 'key')
      : failingMacro('label_cache', unusable, cacheColumns),
    isReadable(usage)
      ? tableMacro('label_usage', usage, usageColumns, 'created_at')
      : failingMacro('label_usage', unusable, usageColumns),
  ];
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function tableMacro(name: string, files: string, columns: Record<string, string>, required: string): string {
  const types = Object.entries(columns).map(([column, type]) => `${column}: '${type}'`);
  return `CREATE OR REPLACE TEMP MACRO ${name}() AS TABLE
  SELECT * FROM read_json(${literal(files)}, format = 'newline_delimited', ignore_errors = true, columns = {${types.join(', ')}})
  WHERE ${required} IS NOT NULL;`;
}

/** A macro over files that are not there cannot be created; this one fails when it is called. */
function failingMacro(name: string, message: string, columns: Record<string, string>): string {
  const nulls = Object.entries(columns).map(([column, type]) => `NULL::${type} AS ${column}`);
  return `CREATE OR REPLACE TEMP MACRO ${name}() AS TABLE
  SELECT ${nulls.join(', ')} WHERE error(${literal(message)}) IS NULL;`;
}

function columnList(columns: Record<string, string>): string {
  return Object.entries(columns)
    .map(([column, type]) => `${column} ${type}`)
    .join(', ');
}
