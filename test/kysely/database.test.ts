import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { type DuckTopics, open } from '../../src/index.ts';
import type { DailyDatabase } from '../../src/kysely/index.ts';
import { packageRoot } from '../../src/paths.ts';
import { runStatement } from '../../src/sql/run-statement.ts';
import { splitStatements } from '../../src/sql/split-statements.ts';
import { optionsFor, startServer } from '../labelling/labelling-fixture.ts';

/** The SQL types that a value of a TypeScript type can have; with a question mark where it may be NULL. */
type SqlType<T> = null extends T ? `${Present<Exclude<T, null>>}?` : Present<T>;

type Present<T> = [T] extends [bigint]
  ? 'BIGINT'
  : [T] extends [boolean]
    ? 'BOOLEAN'
    : [T] extends [number]
      ? 'INTEGER' | 'FLOAT' | 'DOUBLE'
      : [T] extends [string]
        ? 'VARCHAR'
        : [T] extends [Date]
          ? 'DATE' | 'TIMESTAMP'
          : T extends (infer Item)[]
            ? `${Present<Exclude<Item, null>>}[]`
            : never;

type Tables = DailyDatabase;

/** Every table with every column, or it does not compile. */
const tables: { [T in keyof Tables]: { [C in keyof Tables[T]]: SqlType<Tables[T][C]> } } = {
  topics: { cluster_id: 'INTEGER', centroid: 'FLOAT[]', size: 'BIGINT?' },
  assignments: {
    id: 'BIGINT',
    cluster_id: 'INTEGER?',
    distance: 'FLOAT?',
    margin: 'FLOAT?',
    day: 'DATE?',
    assigned_on: 'DATE?',
  },
  topic_keywords: { cluster_id: 'INTEGER', keywords: 'VARCHAR[]' },
  topic_samples: { cluster_id: 'INTEGER', id: 'BIGINT', text: 'VARCHAR?' },
  label_inputs: {
    cluster_id: 'INTEGER',
    texts: 'VARCHAR[]',
    sample_ids: 'BIGINT[]',
    contrast: 'VARCHAR[]',
    held_out_texts: 'VARCHAR[]',
    held_out_ids: 'BIGINT[]',
    neighbours: 'INTEGER[]',
  },
  label_evidence: {
    cluster_id: 'INTEGER',
    id: 'BIGINT',
    label: 'VARCHAR?',
    offered: 'VARCHAR[]',
    choice: 'VARCHAR?',
    confidence: 'DOUBLE?',
    provider: 'VARCHAR?',
    status: 'VARCHAR?',
    is_right: 'BOOLEAN?',
  },
  topic_labels: {
    cluster_id: 'INTEGER',
    label: 'VARCHAR?',
    description: 'VARCHAR?',
    keywords: 'VARCHAR[]?',
    provider: 'VARCHAR?',
    model: 'VARCHAR?',
    status: 'VARCHAR?',
    error: 'VARCHAR?',
    score: 'DOUBLE?',
    sample_ids: 'BIGINT[]',
    held_out_ids: 'BIGINT[]',
  },
  topic_merges: {
    cluster_id: 'INTEGER',
    other_id: 'INTEGER',
    centroid_similarity: 'FLOAT?',
    label_similarity: 'FLOAT?',
    similarity: 'FLOAT?',
    judged_by: 'VARCHAR',
    same: 'BOOLEAN?',
    confidence: 'DOUBLE?',
    status: 'VARCHAR?',
    error: 'VARCHAR?',
  },
  topic_map: { cluster_id: 'INTEGER', topic_id: 'INTEGER' },
  merged_topics: { topic_id: 'INTEGER', label: 'VARCHAR?', size: 'BIGINT', cluster_ids: 'INTEGER[]' },
  supertopics: { level: 'INTEGER', topic_id: 'INTEGER', parent_id: 'INTEGER?', label: 'VARCHAR?', size: 'BIGINT' },
  misfits: {
    id: 'BIGINT',
    cluster_id: 'INTEGER',
    label_similarity: 'FLOAT?',
    margin: 'FLOAT?',
    misfit: 'DOUBLE',
    offered: 'VARCHAR[]',
    choice: 'VARCHAR?',
    choice_id: 'INTEGER?',
    is_new: 'BOOLEAN?',
    confidence: 'DOUBLE?',
    provider: 'VARCHAR?',
    status: 'VARCHAR?',
    error: 'VARCHAR?',
  },
  proposed_topics: {
    proposal_id: 'INTEGER',
    label: 'VARCHAR?',
    size: 'BIGINT',
    centroid: 'FLOAT[]',
    ids: 'BIGINT[]',
    provider: 'VARCHAR?',
    status: 'VARCHAR?',
  },
  typical_messages: { cluster_id: 'INTEGER', place: 'BIGINT', id: 'BIGINT', distance: 'FLOAT' },
  label_bill: {
    step: 'VARCHAR',
    calls: 'BIGINT',
    prompt_tokens: 'BIGINT',
    completion_tokens: 'BIGINT',
    usd: 'DOUBLE?',
  },
  topic_lineage: {
    as_of: 'TIMESTAMP',
    cluster_id: 'INTEGER',
    event: 'VARCHAR',
    from_ids: 'INTEGER[]?',
    to_ids: 'INTEGER[]?',
    shared: 'BIGINT?',
    overlap: 'DOUBLE?',
    distance: 'DOUBLE?',
    shift: 'DOUBLE?',
    relabel: 'BOOLEAN',
  },
  topic_baseline: {
    cluster_id: 'INTEGER?',
    size: 'BIGINT',
    mean_distance: 'DOUBLE?',
    mean_margin: 'DOUBLE?',
    far_distance: 'FLOAT?',
  },
  topic_days: {
    day: 'DATE',
    cluster_id: 'INTEGER',
    size: 'BIGINT',
    share: 'DOUBLE',
    far: 'BIGINT',
    mean_distance: 'DOUBLE?',
    mean_margin: 'DOUBLE?',
  },
  drift: {
    day: 'DATE',
    messages: 'BIGINT',
    far: 'BIGINT',
    far_share: 'DOUBLE?',
    mean_distance: 'DOUBLE?',
    distance_ratio: 'DOUBLE?',
    mean_margin: 'DOUBLE?',
    margin_ratio: 'DOUBLE?',
  },
  daily_report: {
    as_of: 'DATE',
    added: 'BIGINT',
    late: 'BIGINT',
    waiting: 'BIGINT',
    messages: 'BIGINT',
    far_share: 'DOUBLE?',
    distance_ratio: 'DOUBLE?',
    margin_ratio: 'DOUBLE?',
    retrain: 'BOOLEAN',
    reason: 'VARCHAR?',
  },
};

const server = await startServer();
let db: DuckTopics;

before(async () => {
  db = await open(':memory:', { labelling: optionsFor(server) });
  const words = ['perl', 'linux', 'travel', 'cooking', 'music', 'garden', 'football', 'banking'];
  const text = `format('{0} and {0} again, with word{1}', [${words.map((word) => `'${word}'`)}][1 + range % 8], range % 11)`;
  await db.query(`CREATE TABLE messages AS SELECT *, embed_text(text) AS embedding FROM (
    SELECT range AS id, ${text} AS text, DATE '2026-03-01' + range::INTEGER // 100 AS sent_at FROM range(320))`);
  await db.query("SET VARIABLE k = 10; SET VARIABLE misfits = 12; SET VARIABLE day = 'sent_at'");
  for (const script of ['discover', 'label', 'merge', 'refine', 'quote', 'retrain', 'daily']) await run(script);
  // Messages after the training.
  await db.query(
    "INSERT INTO messages BY NAME SELECT * REPLACE (1000 + id AS id, DATE '2026-03-05' AS sent_at) FROM messages WHERE id < 50",
  );
  await run('daily');
});

async function run(script: string): Promise<void> {
  const sql = readFileSync(join(packageRoot, 'sql', 'pipelines', `${script}.sql`), 'utf8');
  for await (const statement of splitStatements(db.connection, sql)) await runStatement(db.connection, statement);
}

for (const [table, columns] of Object.entries(tables)) {
  test(`Database has the columns of ${table}, with their types`, async () => {
    const found = await db.query<{ column_name: string; column_type: string }>(`DESCRIBE ${table}`);
    assert.deepEqual(
      Object.fromEntries(found.map(({ column_name, column_type }) => [column_name, column_type])),
      Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, type.replace('?', '')])),
    );
    for (const [name, type] of Object.entries(columns)) {
      if (type.endsWith('?')) continue;
      const [row] = await db.query<{ nulls: bigint }>(`SELECT count(*) - count(${name}) AS nulls FROM ${table}`);
      assert.equal(row?.nulls, 0n, `${table}.${name} is NULL`);
    }
  });
}

test('Database has every table that a pipeline makes', () => {
  const folder = join(packageRoot, 'sql', 'pipelines');
  const made = readdirSync(folder).flatMap((file) =>
    [
      ...readFileSync(join(folder, file), 'utf8').matchAll(/^CREATE (?:OR REPLACE )?TABLE (?:IF NOT EXISTS )?(\w+)/gm),
    ].map(([, name]) => name as string),
  );
  // notebook.sql keeps sizes, which clusterSizes() gives.
  const wanted = new Set(made.filter((name) => name !== 'cluster_sizes'));
  assert.deepEqual([...wanted].sort(), Object.keys(tables).sort());
});
