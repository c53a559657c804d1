import { join, relative } from 'node:path';
import { resolveSettings } from '../labelling/settings.ts';
import { type DuckTopics, open } from '../open.ts';
import { packageRoot } from '../paths.ts';
import { setVariable } from '../sql/set-variable.ts';
import {
  createStages,
  forget,
  hasTopics,
  isFinished,
  madeTables,
  recordFinished,
  type Stage,
  stages,
} from './discover-stages.ts';
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
      const found = JSON.stringify({ ...variablesOf(options), messages: await fingerprint(db) });
      if (options.dryRun) {
        await quote(run, found);
        return;
      }
      await createStages(db);
      const named = { provider: settings.provider, model: settings.provider === 'openai' ? settings.model : null };
      let isFresh = true;
      for (const stage of stages) {
        const key = stage === 'discover' ? found : JSON.stringify({ found, ...named });
        isFresh = !(await runStage(run, stage, key, isFresh));
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
async function runStage(run: Run, stage: Stage, options: string, canSkip: boolean): Promise<boolean> {
  const { db } = run;
  if (canSkip && (await isFinished(db, stage, options))) {
    process.stderr.write(`${stage}: finished before\n`);
    return false;
  }
  await forget(db, stage);
  await runPipeline(run, stage, false);
  if ((await unanswered(db, stage)) === 0) await recordFinished(db, stage, options);
  return true;
}

/**
 * Prints the bill. Topics that were found with other options or from other messages stay as they are: those to quote are then found in a
 * database in memory, which goes with the connection.
 */
async function quote(run: Run, found: string): Promise<void> {
  const { db } = run;
  await createStages(db);
  const replaces = (await hasTopics(db)) && !(await isFinished(db, 'discover', found));
  if (replaces) {
    const [at] = await db.query<{ path: string }>(
      `SELECT replace('"' || replace(current_database(), '"', '""') || '".main', '''', '''''') AS path`,
    );
    await db.query("ATTACH ':memory:' AS ducktopics_dry_run");
    await db.query(`SET search_path = 'ducktopics_dry_run.main,${at?.path}'`);
    await createStages(db);
  }
  await runStage(run, 'discover', found, true);
  await runPipeline(run, 'quote', true);
  if (replaces) process.stderr.write('The topics of the earlier run stay: these were found for the bill alone.\n');
}

async function runPipeline({ db, progress, checkpoint }: Run, name: string, prints: boolean): Promise<void> {
  const file = join(packageRoot, 'sql', 'pipelines', `${name}.sql`);
  const script = { ...(await readScript(file)), name: relative(packageRoot, file) };
  const printer = new ResultPrinter(db, { format: 'table', maxRows: 40 });
  await runScript(db.connection, script, prints ? { printer, progress, checkpoint } : { progress, checkpoint });
}

/** How many questions of a stage are pending or failed: such a stage is run again. */
async function unanswered(db: DuckTopics, stage: Stage): Promise<number> {
  const tables: Record<Stage, string[]> = {
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

/** Tells messages from others, in whatever order they come; an error where the input is a table that the stages make. */
async function fingerprint(db: DuckTopics): Promise<string> {
  await db.query(`SELECT _checked_input(getvariable('input'), [${madeTables.map((table) => `'${table}'`)}], [], [])`);
  const [row] = await db.query<{ fingerprint: string }>(`
    SELECT count(*) || ' ' || coalesce(sum(hash(id, text, embedding)), 0) AS fingerprint
    FROM (
      SELECT columns(_as_column(*, getvariable('id'))) AS id,
             columns(_as_column(*, getvariable('text'))) AS text,
             columns(_as_column(*, getvariable('embedding'))) AS embedding
      FROM query_table(_as_table(getvariable('input')))
    )`);
  return row?.fingerprint ?? '';
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
  notes.push(...(await outcome(db)));
  const { calls, usd } = await db.labelling.spent();
  if (calls > 0) notes.push(`${calls} calls were made${usd > 0 ? ` for ${usd.toFixed(4)} US dollars` : ''}.`);
  for (const note of notes) process.stderr.write(`${note}\n`);
}

/** What became of the messages and topics, and where to look next. */
async function outcome(db: DuckTopics): Promise<string[]> {
  const [row] = await db.query<Record<string, bigint>>(`
    SELECT (SELECT count(*) FROM assignments WHERE cluster_id IS NULL) AS left_out,
           (SELECT count(*) FROM topic_map) AS found,
           (SELECT count(*) FROM merged_topics) AS remaining,
           (SELECT count(*) FROM misfits) AS misfits,
           (SELECT count(*) FROM misfits WHERE NOT is_new AND choice_id <> cluster_id) AS moved,
           (SELECT count(*) FROM proposed_topics) AS proposed`);
  const { left_out = 0n, found = 0n, remaining = 0n, misfits = 0n, moved = 0n, proposed = 0n } = row ?? {};
  const lines = [
    `Of ${found} topics, ${found - remaining} were merged into others; ${remaining} remain.`,
    `Of ${misfits} misfits, ${moved} fit another topic better; new topics proposed: ${proposed}.`,
  ];
  if (left_out > 0n) lines.push(`Messages left out, since they have no embedding: ${left_out}.`);
  lines.push(
    'Open next: merged_topics and supertopics; assignments with topic_map for the topic of each message; misfits and proposed_topics.',
  );
  return lines;
}
