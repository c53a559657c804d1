import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { open } from '../src/index.ts';

// A model of several pieces for the threads that make it ready, and more chunks of rows than threads.
const [k, d, chunks, models] = [3000, 128, 16, 4];
const folder = mkdtempSync(join(tmpdir(), 'ducktopics-'));
after(() => rmSync(folder, { recursive: true }));

/** One hash of all answers of each model, whose first use is by all threads at once. */
async function answers(call: string, threads: number): Promise<unknown[]> {
  await using db = await open(':memory:', { threads });
  const hashes: unknown[] = [];
  for (let seed = 1; seed <= models; seed++) {
    await db.connection.run(
      `CREATE OR REPLACE TABLE topics AS SELECT id::INTEGER AS cluster_id, embedding AS centroid FROM synthetic_embeddings(${k}, ${d}, seed := ${seed})`,
    );
    const [row] = await db.query(
      `SELECT sum(hash(id, ${call})::HUGEINT)::VARCHAR AS hash FROM '${folder}/messages.parquet' WHERE id % 16 = 0`,
    );
    hashes.push(row?.hash);
  }
  return hashes;
}

test('threads that use a model for the first time at once get the answers of one thread', async () => {
  await using db = await open();
  await db.connection.run(
    `COPY (FROM synthetic_embeddings(${2048 * chunks}, ${d}, seed := 9)) TO '${folder}/messages.parquet' (ROW_GROUP_SIZE 2048)`,
  );
  // Bytes where the processor multiplies them, and the plain search, which long lists need.
  for (const call of ["nearest_centroid(embedding, 'topics')", "nearest_centroids(embedding, 'topics', 65)"]) {
    const alone = await answers(call, 1);
    assert.equal(new Set(alone).size, models);
    assert.deepEqual(await answers(call, 8), alone);
  }
});
