import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mailCorpus } from '../../datasets/spam-assassin/mail-corpus.ts';
import { type DuckTopics, open } from '../../src/index.ts';

/** How the messages of a topic model fared when the mail grew. */
interface Fate {
  /** The share of the earlier messages that are in a topic of the id that they had. */
  same: number;
  /** Topics that share more than half of their earlier messages with an old one, and those of them that have its id. */
  unchanged: number;
  kept: number;
  /** The mean squared distance of all messages. */
  objective: number;
}

let db: DuckTopics;

before(async () => {
  db = await open();
  await db.connection.run(`CREATE TABLE mails AS SELECT id, embedding FROM '${await mailCorpus()}'`);
});

after(() => db[Symbol.asyncDispose]());

/** Trains on the part of the mail that a condition selects, then on all: with kmeans_retrain, and anew. */
async function grow(part: string): Promise<void> {
  await db.connection.run(`
    CREATE OR REPLACE VIEW part AS FROM mails WHERE ${part};
    CREATE OR REPLACE TABLE topics AS FROM kmeans_train('part', k := 40, passes := 2);
    CREATE OR REPLACE TABLE assignments AS FROM assign_clusters('part', 'topics');
    CREATE OR REPLACE TABLE retrained AS FROM kmeans_retrain('mails', 'topics');
    CREATE OR REPLACE TABLE anew AS FROM kmeans_train('mails', k := 40, passes := 2)`);
}

/** The fate of the earlier messages under a new model whose ids match_topics gives, or stay as they are. */
async function fate(model: string, isMatched: boolean): Promise<Fate> {
  await db.connection.run(`
    CREATE OR REPLACE TABLE plain AS FROM assign_clusters('mails', '${model}');
    CREATE OR REPLACE TABLE matched AS FROM match_topics('topics', '${model}', 'assignments', 'plain');
    CREATE OR REPLACE TABLE reassigned AS
    SELECT plain.id, ${isMatched ? 'matched' : 'plain'}.cluster_id, plain.distance
    FROM plain JOIN matched ON matched.new_cluster_id = plain.cluster_id`);
  const [row] = await db.query<{ same: number; unchanged: bigint; kept: bigint; objective: number }>(`
    WITH pair AS (
      SELECT a.cluster_id AS old, b.cluster_id AS now, count(*) AS shared
      FROM assignments AS a JOIN reassigned AS b USING (id) GROUP BY ALL
    ), compared AS (
      SELECT old, now, shared, shared / (sum(shared) OVER (PARTITION BY old) + sum(shared) OVER (PARTITION BY now) - shared) AS overlap
      FROM pair
    )
    SELECT
      sum(shared) FILTER (old = now) / sum(shared) AS same,
      count(*) FILTER (overlap > 0.5) AS unchanged,
      count(*) FILTER (overlap > 0.5 AND old = now) AS kept,
      (SELECT avg(distance) FROM reassigned) AS objective
    FROM compared`);
  assert.ok(row);
  return { ...row, unchanged: Number(row.unchanged), kept: Number(row.kept) };
}

const events = () =>
  db.query<{ event: string; n: bigint }>('SELECT event, count(*) AS n FROM matched GROUP BY event ORDER BY event');

// The corpus is in the order of its folders: the last two fifths bring most of the spam, with subjects of its own.
for (const [name, part, expected] of [
  [
    'the mail grows by a quarter of the same kinds',
    'hash(id * 7) % 6046 < 4837',
    { same: 0.93, unchanged: 38, worse: 1.01 },
  ],
  ['the last fifth, all spam, comes', 'id <= 4837', { same: 0.83, unchanged: 33, worse: 1.01 }],
  ['the last two fifths, most of the spam, come', 'id <= 3628', { same: 0.7, unchanged: 24, worse: 1.03 }],
] as const) {
  test(`topics keep their ids when ${name}`, async (t) => {
    await grow(part);
    const stable = await fate('retrained', true);
    t.diagnostic(`kmeans_retrain and match_topics: ${JSON.stringify(stable)}`);
    t.diagnostic((await events()).map(({ event, n }) => `${n} ${event}`).join(', '));
    const anew = await fate('anew', true);
    t.diagnostic(`kmeans_train and match_topics: ${JSON.stringify(anew)}`);
    const naive = await fate('anew', false);
    t.diagnostic(`kmeans_train alone: ${JSON.stringify(naive)}`);

    // A topic that did not change keeps its id, without an exception, however the model was trained.
    assert.equal(stable.kept, stable.unchanged);
    assert.equal(anew.kept, anew.unchanged);
    assert.ok(stable.unchanged >= expected.unchanged, `${stable.unchanged} unchanged topics`);
    assert.ok(stable.same >= expected.same, `${stable.same} of the messages keep their topic`);
    assert.ok(
      stable.same > anew.same && anew.same > 3 * naive.same,
      `${anew.same}, and ${naive.same} without matching`,
    );
    assert.ok(stable.objective <= expected.worse * anew.objective, `${stable.objective} against ${anew.objective}`);
  });
}

test('retraining on mail that has not grown keeps all topics', async () => {
  await grow('true');
  const stable = await fate('retrained', true);
  assert.equal(stable.kept, 40);
  assert.ok(stable.same > 0.95, `${stable.same}`);
});

test('match_topics() finds most topics of the mail by their centroids alone', async () => {
  await grow('id <= 4837');
  await db.connection.run("CREATE OR REPLACE TABLE plain AS FROM assign_clusters('mails', 'anew')");
  const [row] = await db.query<{ found: bigint; overlapping: bigint; wrong: bigint }>(`
    SELECT
      count(*) FILTER (a.old_cluster_id = b.old_cluster_id) AS found,
      count(*) FILTER (b.overlap > 0.5) AS overlapping,
      count(*) FILTER (b.overlap > 0.5 AND a.old_cluster_id <> b.old_cluster_id) AS wrong
    FROM match_topics('topics', 'anew') AS a
    JOIN match_topics('topics', 'anew', 'assignments', 'plain') AS b USING (new_cluster_id)`);
  assert.ok(row);
  assert.equal(row.wrong, 0n);
  assert.ok(row.found >= row.overlapping, `${row.found} of ${row.overlapping}`);
});
