import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../src/index.ts';

/** Two topics on the axes, twenty messages near them, and message 99 between them. */
async function openWithMessages() {
  const db = await open();
  await db.query(`CREATE TABLE topics AS
    SELECT * FROM (VALUES (0, [1, 0]::FLOAT[]), (1, [0, 1]::FLOAT[])) AS t (cluster_id, centroid)`);
  await db.query(`CREATE TABLE messages AS
    SELECT i AS id, CASE WHEN i < 10 THEN [1, i / 100] ELSE [i / 100 - 0.1, 1] END::FLOAT[] AS embedding
    FROM range(20) AS t (i)
    UNION ALL SELECT 99, [0.55, 0.45]::FLOAT[]`);
  await db.query("CREATE TABLE assignments AS FROM assign_clusters('messages', 'topics')");
  return db;
}

test('misfit_candidates(assignments, messages, labels) ranks the message between two topics first in its own', async () => {
  await using db = await openWithMessages();
  const [worst, ...others] = await db.query<{ id: bigint; cluster_id: number; misfit: number }>(
    "SELECT id, cluster_id, misfit FROM misfit_candidates('assignments', 'messages', 'topics', share := 0.2) WHERE cluster_id = 0",
  );
  assert.deepEqual(worst, { id: 99n, cluster_id: 0, misfit: 1 });
  // A fifth of eleven messages, rounded up.
  assert.equal(others.length, 2);
});

test('misfit_candidates() ranks by the margin alone where labels have other dimensions', async () => {
  await using db = await openWithMessages();
  await db.query('CREATE TABLE labels AS SELECT cluster_id, [1, 2, 3]::FLOAT[] AS centroid FROM topics');
  const rows = await db.query<{ id: bigint; label_similarity: number | null }>(
    "SELECT id, label_similarity FROM misfit_candidates('assignments', 'messages', 'labels') WHERE cluster_id = 0",
  );
  assert.deepEqual(rows, [{ id: 99n, label_similarity: null }]);
});
