import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../src/index.ts';

test('merge_candidates(model, labels) returns each near pair once, the most similar first', async () => {
  await using db = await open();
  await db.connection.run(`CREATE TABLE topics AS
    SELECT * FROM (VALUES (0, [1, 0]::FLOAT[]), (1, [0.9, 0.1]::FLOAT[]), (2, [0, 1]::FLOAT[])) AS t (cluster_id, centroid)`);
  const pairs = await db.query<{ cluster_id: number; other_id: number }>(
    "SELECT cluster_id, other_id FROM merge_candidates('topics', 'topics', n := 1)",
  );
  assert.deepEqual(pairs, [
    { cluster_id: 0, other_id: 1 },
    { cluster_id: 1, other_id: 2 },
  ]);
});
