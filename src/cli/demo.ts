import { rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckTopicsError } from '../errors.ts';
import { open } from '../open.ts';
import { isClone, packageRoot } from '../paths.ts';
import { setVariable } from '../sql/set-variable.ts';
import { figuresQuery, topicsQuery, tryNext } from './demo-queries.ts';
import { interruptible } from './interrupt.ts';
import { ResultPrinter } from './print-result.ts';
import { createProgress, silent } from './progress.ts';
import { readScript } from './run.ts';
import { runScript } from './run-script.ts';

export interface DemoOptions {
  json?: boolean;
}

const topicCount = 40;
const database = join(packageRoot, 'build', 'demo.duckdb');
const pipelines = ['discover', 'label'].map((name) => join(packageRoot, 'sql', 'pipelines', `${name}.sql`));

/** Finds the topics of the mail corpus and prints them, or with `json` the figures of the run as one object. */
export async function demo({ json = false }: DemoOptions): Promise<void> {
  const mails = await mailFile();
  const draft = `${database}.${process.pid}`;
  try {
    await discover(mails, draft, json);
    await rm(`${database}.wal`, { force: true });
    await rename(draft, database);
  } finally {
    await rm(draft, { force: true });
    await rm(`${draft}.wal`, { force: true });
  }
  if (!json) process.stdout.write(closing());
}

async function discover(mails: string, file: string, json: boolean): Promise<void> {
  const db = await open(file);
  try {
    await interruptible(db.connection, async (checkpoint) => {
      const { connection } = db;
      const started = performance.now();
      await setVariable(connection, 'mails', mails);
      await connection.run("CREATE TABLE messages AS FROM read_parquet(getvariable('mails'))");
      await setVariable(connection, 'input', 'messages');
      await setVariable(connection, 'k', String(topicCount));
      const progress = json ? silent : await createProgress(connection);
      // The demo shows names, not how well they fit: the test with held-out messages takes longer than all the rest.
      await setVariable(connection, 'held_out', '0');
      for (const pipeline of pipelines) {
        const script = { ...(await readScript(pipeline)), name: relative(packageRoot, pipeline) };
        await runScript(connection, script, { progress, checkpoint });
      }
      const seconds = Math.round(performance.now() - started) / 1000;
      const found = await figures(connection);
      if (json) process.stdout.write(`${JSON.stringify({ ...found, seconds })}\n`);
      else {
        const messages = found.messages?.toLocaleString('en-US');
        process.stdout.write(`\n${messages} mails in ${found.topics} topics, found in ${seconds.toFixed(1)} s:\n`);
        await new ResultPrinter(db, { format: 'table', maxRows: topicCount }).print(
          await connection.run(topicsQuery),
          'UTC',
        );
        process.stdout.write(await whoNamed(connection));
      }
      await connection.run('CHECKPOINT');
    });
  } finally {
    db.close();
  }
}

/** Says who named the topics. */
async function whoNamed(connection: DuckDBConnection): Promise<string> {
  const result = await connection.run('SELECT DISTINCT provider, model FROM topic_labels ORDER BY ALL');
  const names = (await result.getRowObjectsJS()).map(({ provider, model }) =>
    provider === 'keywords'
      ? 'Names are keywords where no language model was asked: set OPENAI_API_KEY or OPENAI_BASE_URL for names of its own.'
      : `Names are from the model ${model}.`,
  );
  return `${names.join('\n')}\n`;
}

/** The figures of the run, computed from its tables. */
async function figures(connection: DuckDBConnection): Promise<Record<string, number>> {
  const [row = {}] = await (await connection.run(figuresQuery)).getRowObjectsJS();
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]));
}

async function mailFile(): Promise<string> {
  if (!isClone) {
    throw new DuckTopicsError('missing mail corpus: the demo and its mail are in the source repository', {
      mend: 'find the topics of your own messages with: ducktopics run sql/pipelines/discover.sql --set input=FILE.parquet',
    });
  }
  const { mailCorpus } = await import('../../datasets/spam-assassin/mail-corpus.ts');
  return mailCorpus({ onStep: (step) => process.stderr.write(`mail corpus: ${step}\n`) });
}

function closing(): string {
  const file = relative(process.cwd(), database) || database;
  const init = relative(process.cwd(), join(packageRoot, 'build', 'ducktopics.sql'));
  const queries = tryNext.map(({ what, sql }) => `${what}:\n  npx ducktopics query "${sql}" --db ${file}\n`);
  return `\nTry next:\n\n${queries.join('\n')}\nOpen the result in a DuckDB shell:\n  duckdb -unsigned -init ${init} ${file}\n`;
}
