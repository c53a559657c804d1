import { join, relative } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { resolveSettings } from '../labelling/settings.ts';
import { type DuckTopics, open } from '../open.ts';
import { packageRoot } from '../paths.ts';
import { setVariable } from '../sql/set-variable.ts';
import { interruptible } from './interrupt.ts';
import { ResultPrinter } from './print-result.ts';
import { createProgress, type Progress } from './progress.ts';
import { readScript } from './run.ts';
import { runScript } from './run-script.ts';

export interface DiscoverOptions {
  from: string;
  db: string;
  id: string;
  text: string;
  embedding: string;
  topics: number;
  seed: number;
  misfits: number;
  dryRun?: boolean;
  maxUsd?: number;
  maxCalls?: number;
  threads?: number;
  memoryLimit?: string;
}

/** The stages in their order; each reads the tables of those before it. */
const stages = ['discover', 'label', 'merge', 'refine'] as const;

/** Runs the stages that have not finished yet with these options, and prints the topics. */
export async function discover(options: DiscoverOptions): Promise<void> {
  const { maxUsd, maxCalls, threads, memoryLimit } = options;
  const settings = resolveSettings({
    ...(maxUsd === undefined ? {} : { maxUsd }),
    ...(maxCalls === undefined ? {} : { maxCalls }),
  });
  const db = await open(options.db, {
    labelling: { maxUsd: settings.maxUsd, maxCalls: settings.maxCalls },
    ...(threads === undefined ? {} : { threads }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
  });
  try {
    await interruptible(db.connection, async (checkpoint) => {
      const run: Run = { db, progress: await createProgress(db.connection), checkpoint };
      const { connection } = db;
      for (const [name, value] of Object.entries(variablesOf(options))) await setVariable(connection, name, `${value}`);
      await connection.run(
        'CREATE TABLE IF NOT EXISTS discover_stages (stage VARCHAR PRIMARY KEY, options VARCHAR, finished_at TIMESTAMP)',
      );
      const named = { provider: settings.provider, model: settings.provider === 'openai' ? settings.model : null };
      const found = { ...variablesOf(options), messages: await countMessages(connection) };
      const ran = await runStage(run, 'discover', JSON.stringify(found), true);
      if (options.dryRun) {
        await runPipeline(run, 'quote', true);
        return;
      }
      let isFresh = !ran;
      for (const stage of stages.slice(1)) {
        isFresh = !(await runStage(run, stage, JSON.stringify({ ...found, ...named }), isFresh)) && isFresh;
      }
      await printTopics(run);
    });
  } finally {
    db.close();
  }
}

interface Run {
  db: DuckTopics;
  progress: Progress;
  checkpoint: () => void;
}

/** The variables of the pipelines. */
function variablesOf({ from, id, text, embedding, topics, seed, misfits }: DiscoverOptions) {
  return { input: from, id, text, embedding, k: topics, seed, misfits };
}

/** Runs a stage unless it has finished with these options and those before it were skipped; tells whether it ran. */
async function runStage(run: Run, stage: (typeof stages)[number], options: string, canSkip: boolean): Promise<boolean> {
  const { db } = run;
  const [done] = await db.query('SELECT options FROM discover_stages WHERE stage = $1', [stage]);
  if (canSkip && done?.options === options) {
    process.stderr.write(`${stage}: finished before\n`);
    return false;
  }
  await db.query('DELETE FROM discover_stages WHERE stage = $1', [stage]);
  await runPipeline(run, stage, false);
  if ((await unanswered(db, stage)) === 0) {
    await db.query('INSERT INTO discover_stages VALUES ($1, $2, now()::TIMESTAMP)', [stage, options]);
  }
  return true;
}

async function runPipeline({ db, progress, checkpoint }: Run, name: string, prints: boolean): Promise<void> {
  const file = join(packageRoot, 'sql', 'pipelines', `${name}.sql`);
  const script = { ...(await readScript(file)), name: relative(packageRoot, file) };
  const printer = new ResultPrinter(db, { format: 'table', maxRows: 40 });
  await runScript(db.connection, script, prints ? { printer, progress, checkpoint } : { progress, checkpoint });
}

/** How many questions of a stage are pending or failed: such a stage is run again. */
async function unanswered(db: DuckTopics, stage: (typeof stages)[number]): Promise<number> {
  const tables = {
    discover: [],
    label: ['topic_labels', 'label_evidence'],
    merge: ['topic_merges'],
    refine: ['misfits'],
  };
  let count = 0;
  for (const table of tables[stage]) {
    const [row] = await db.query<{ n: bigint }>(`SELECT count(*) AS n FROM ${table} WHERE status <> 'done'`);
    count += Number(row?.n);
  }
  return count;
}

async function countMessages(connection: DuckDBConnection): Promise<number> {
  const result = await connection.run("SELECT count(*) FROM query_table(_as_table(getvariable('input')))");
  return Number((await result.getRowsJS())[0]?.[0]);
}

const topicsQuery = `
SELECT topic_id AS topic, merged_topics.size, merged_topics.label, provider, status, round(score, 2) AS score
FROM merged_topics
JOIN topic_labels ON topic_labels.cluster_id = topic_id
ORDER BY merged_topics.size DESC, topic_id`;

async function printTopics({ db }: Run): Promise<void> {
  const printer = new ResultPrinter(db, { format: 'table', maxRows: 40 });
  await printer.print(await db.connection.run(topicsQuery), 'UTC');
  const [row] = await db.query<Record<string, bigint>>(`
    SELECT count(*) FILTER (provider = 'keywords' AND status = 'done') AS keywords,
           count(*) FILTER (status = 'pending') AS pending,
           count(*) FILTER (status = 'failed') AS failed
    FROM topic_labels`);
  const notes = [];
  if (row?.keywords) {
    notes.push('The names are keywords, since no endpoint is configured: set OPENAI_API_KEY or OPENAI_BASE_URL.');
  }
  if (row?.pending)
    notes.push(`${row.pending} topics are pending: the budget is used up. Run the command again with more.`);
  if (row?.failed)
    notes.push(`${row.failed} topics could not be named: see topic_labels.error. Run the command again.`);
  const { calls, usd } = await db.labelling.spent();
  if (calls > 0) notes.push(`${calls} calls were made${usd > 0 ? ` for ${usd.toFixed(4)} US dollars` : ''}.`);
  for (const note of notes) process.stderr.write(`${note}\n`);
}
