import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readScript } from '../../src/cli/run.ts';
import { type DuckTopics, type LabellingOptions, open } from '../../src/index.ts';
import { packageRoot } from '../../src/paths.ts';
import { optionsFor, startServer } from './labelling-fixture.ts';

const server = await startServer();

/** Three clusters in a plane, the first two of them about the same, with 12 messages each. */
async function openTwins(labelling: LabellingOptions): Promise<DuckTopics> {
  const db = await open(':memory:', { labelling });
  await db.query(`
    CREATE TABLE topics AS SELECT * FROM (VALUES (0, [1.0, 0.0]::FLOAT[], 12), (1, [0.8, -0.6]::FLOAT[], 11), (2, [0.0, 1.0]::FLOAT[], 10)) t(cluster_id, centroid, size);
    CREATE TABLE messages AS
      SELECT cluster_id * 100 + n AS id,
             CASE cluster_id WHEN 0 THEN 'perl module kitten' WHEN 1 THEN 'perl module puppy' ELSE 'travel flight ticket' END || ' nr' || n AS text,
             centroid AS embedding
      FROM topics, range(12) r(n);
    CREATE TABLE assignments AS FROM assign_clusters('messages', 'topics');
    CREATE TABLE topic_keywords AS FROM topic_keywords('assignments', 'messages')`);
  return db;
}

async function run(db: DuckTopics, name: string): Promise<void> {
  await db.query((await readScript(join(packageRoot, 'sql', 'pipelines', `${name}.sql`))).text);
}

const label = (text: string) => JSON.stringify({ label: text, description: 'd', keywords: ['k'] });

test('label.sql tells topics of one name apart with a second prompt that shows the messages of both', async () => {
  server.reset();
  const isSecond = (body: Record<string, unknown>) => /-[0-9a-f]{16}>Perl modules<\/taken/.test(JSON.stringify(body));
  server.fault = (_, { body }) => {
    const prompt = JSON.stringify(body.messages);
    if (!JSON.stringify(body.response_format).includes('keywords')) return undefined;
    if (isSecond(body)) return { kind: 'content', content: label('Puppies in Perl') };
    const own = prompt.slice(0, prompt.indexOf('other topics, which'));
    return { kind: 'content', content: label(own.includes('travel') ? 'Travel' : 'Perl modules') };
  };
  await using db = await openTwins(optionsFor(server, { embeddings: 'offline' }));
  await run(db, 'label');
  assert.deepEqual(await db.query('SELECT label FROM topic_labels ORDER BY cluster_id'), [
    { label: 'Perl modules' },
    { label: 'Puppies in Perl' },
    { label: 'Travel' },
  ]);
  const second = server.requests.filter((request) => isSecond(request.body));
  assert.equal(second.length, 1);
  const [, user] = (second[0]?.body.messages ?? []) as { content: string }[];
  assert.match(user?.content ?? '', /<message-\w+>perl module puppy/);
  assert.match(user?.content ?? '', /<other-\w+>perl module kitten/);
});

test('label.sql gives topics of one name a keyword that tells them apart, where the model does not', async () => {
  server.reset();
  server.fault = (_, { body }) =>
    JSON.stringify(body.response_format).includes('keywords')
      ? { kind: 'content', content: label('Perl modules') }
      : undefined;
  await using db = await openTwins(optionsFor(server, { embeddings: 'offline' }));
  await run(db, 'label');
  const labels = (await db.query<{ label: string }>('SELECT label FROM topic_labels ORDER BY cluster_id')).map(
    (row) => row.label,
  );
  assert.equal(labels[0], 'Perl modules');
  assert.equal(new Set(labels).size, 3);
  for (const name of labels.slice(1)) assert.match(name, /^Perl modules \(.+\)$/);
});

test('label.sql keeps the ids of the samples, and tests each name with messages that it was not made from', async () => {
  server.reset();
  await using db = await openTwins(optionsFor(server, { embeddings: 'offline' }));
  await run(db, 'label');
  const rows = await db.query<{ sample_ids: bigint[]; held_out_ids: bigint[]; score: number; cluster_id: number }>(
    'SELECT cluster_id, sample_ids, held_out_ids, score FROM topic_labels ORDER BY cluster_id',
  );
  for (const { cluster_id, sample_ids, held_out_ids, score } of rows) {
    assert.equal(sample_ids.length, 9);
    assert.equal(held_out_ids.length, 3);
    assert.equal(new Set([...sample_ids, ...held_out_ids].map(String)).size, 12);
    assert.ok([...sample_ids, ...held_out_ids].every((id) => Number(id) - cluster_id * 100 < 12));
    assert.ok(score >= 0 && score <= 1);
  }
  const evidence = await db.query(
    'SELECT count(*) AS n, avg(is_right::INT) AS score FROM label_evidence WHERE cluster_id = 2',
  );
  assert.deepEqual(evidence, [{ n: 3n, score: rows[2]?.score }]);
});

test('merge.sql joins what the model calls the same, as rows that can be taken back', async () => {
  server.reset();
  server.fault = (_, { body }) => {
    const format = JSON.stringify(body.response_format);
    const prompt = JSON.stringify(body.messages);
    if (format.includes('"same"')) {
      const same = prompt.includes('kitten') && prompt.includes('puppy');
      return { kind: 'content', content: JSON.stringify({ same, confidence: 1 }) };
    }
    return undefined;
  };
  await using db = await openTwins(optionsFor(server, { embeddings: 'offline' }));
  await run(db, 'label');
  await db.query('SET VARIABLE ask_from = -1');
  await run(db, 'merge');
  const map = 'SELECT cluster_id, topic_id FROM topic_map ORDER BY cluster_id';
  assert.deepEqual(await db.query(map), [
    { cluster_id: 0, topic_id: 0 },
    { cluster_id: 1, topic_id: 0 },
    { cluster_id: 2, topic_id: 2 },
  ]);
  assert.deepEqual(await db.query('SELECT topic_id, size, cluster_ids FROM merged_topics ORDER BY topic_id'), [
    { topic_id: 0, size: 24n, cluster_ids: [0, 1] },
    { topic_id: 2, size: 12n, cluster_ids: [2] },
  ]);
  assert.deepEqual(await db.query('SELECT cluster_id, count(*) AS n FROM assignments GROUP BY ALL ORDER BY ALL'), [
    { cluster_id: 0, n: 12n },
    { cluster_id: 1, n: 12n },
    { cluster_id: 2, n: 12n },
  ]);
  await db.query(`UPDATE topic_merges SET same = false WHERE cluster_id = 0 AND other_id = 1;
    CREATE OR REPLACE TEMP TABLE topic_pairs AS SELECT cluster_id, other_id FROM topic_merges WHERE same;
    CREATE OR REPLACE TABLE topic_map AS FROM topic_groups('topic_pairs', 'topics')`);
  assert.deepEqual((await db.query(map))[1], { cluster_id: 1, topic_id: 1 });
});

test('refine.sql proposes a topic where messages that fit none lie close together', async () => {
  server.reset();
  await using db = await openTwins(optionsFor(server, { embeddings: 'offline' }));
  await db.query(`
    INSERT INTO messages SELECT 900 + n, 'banana smoothie recipe nr' || n, [0.7, 0.7]::FLOAT[] FROM range(4) r(n);
    CREATE OR REPLACE TABLE assignments AS FROM assign_clusters('messages', 'topics')`);
  await run(db, 'label');
  await db.query('SET VARIABLE share = 0.5');
  await run(db, 'refine');
  const misfits = await db.query('SELECT is_new, choice_id, status FROM misfits WHERE id >= 900');
  assert.deepEqual(
    misfits,
    Array.from({ length: 4 }, () => ({ is_new: true, choice_id: null, status: 'done' })),
  );
  assert.deepEqual(await db.query('SELECT proposal_id, size, ids, label FROM proposed_topics'), [
    { proposal_id: 1, size: 4n, ids: [900n, 901n, 902n, 903n], label: 'About banana' },
  ]);
  const [assigned] = await db.query('SELECT count(DISTINCT cluster_id) AS n FROM assignments WHERE id >= 900');
  assert.deepEqual(assigned, { n: 1n }, 'the assignments stay');
});
