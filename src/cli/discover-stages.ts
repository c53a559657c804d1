import { createHash } from 'node:crypto';
import type { DuckTopics } from '../open.ts';

/** The stages in their order; each reads the tables of those before it. */
export const stages = ['discover', 'label', 'merge', 'refine'] as const;

export type Stage = (typeof stages)[number];

/** What each stage makes. The first table of each bears the mark of the run that made it. */
export const stageTables: Record<Stage, [string, ...string[]]> = {
  discover: ['topics', 'assignments', 'topic_keywords', 'topic_samples'],
  label: ['topic_labels', 'label_inputs', 'label_evidence'],
  merge: ['topic_merges', 'topic_map', 'merged_topics', 'supertopics'],
  refine: ['misfits', 'proposed_topics', 'typical_messages'],
};

/** Every table that the command makes. */
export const madeTables = [...Object.values(stageTables).flat(), 'label_bill', 'discover_stages'];

/** Creates the table of finished stages. */
export async function createStages(db: DuckTopics): Promise<void> {
  await db.query(
    'CREATE TABLE IF NOT EXISTS discover_stages (stage VARCHAR PRIMARY KEY, options VARCHAR, finished_at TIMESTAMP)',
  );
}

/** Tells whether the database has a table that the first stage makes. */
export async function hasTopics(db: DuckTopics): Promise<boolean> {
  return (await comments(db, stageTables.discover)).size > 0;
}

/**
 * Tells whether a stage has finished with these options and its tables are still those that it made: each is there, and the first has
 * the stage's mark, which a table that was replaced has lost. Rows that were changed by hand count as the stage's own.
 */
export async function isFinished(db: DuckTopics, stage: Stage, options: string): Promise<boolean> {
  const [done] = await db.query('SELECT options FROM discover_stages WHERE stage = $1', [stage]);
  if (done?.options !== options) return false;
  const tables = stageTables[stage];
  const found = await comments(db, tables);
  return found.size === tables.length && found.get(tables[0]) === markOf(options);
}

/** Forgets that a stage and those after it have finished. */
export async function forget(db: DuckTopics, stage: Stage): Promise<void> {
  for (const later of stages.slice(stages.indexOf(stage))) {
    await db.query('DELETE FROM discover_stages WHERE stage = $1', [later]);
  }
}

/** Records that a stage has finished with these options. */
export async function recordFinished(db: DuckTopics, stage: Stage, options: string): Promise<void> {
  await db.query(`COMMENT ON TABLE ${stageTables[stage][0]} IS '${markOf(options)}'`);
  await db.query('INSERT INTO discover_stages VALUES ($1, $2, now()::TIMESTAMP)', [stage, options]);
}

function markOf(options: string): string {
  return `made by ducktopics discover, run ${createHash('sha256').update(options).digest('hex').slice(0, 16)}`;
}

/** The comments of those of the tables that exist. */
async function comments(db: DuckTopics, tables: string[]): Promise<Map<string, string | null>> {
  const rows = await db.query<{ name: string; comment: string | null }>(`
    SELECT table_name AS name, comment FROM duckdb_tables()
    WHERE database_name = current_database() AND schema_name = current_schema()`);
  return new Map(rows.filter(({ name }) => tables.includes(name)).map(({ name, comment }) => [name, comment]));
}
