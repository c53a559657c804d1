import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runJob } from '../../bench/harness/job.ts';
import type { FaissNodeJob } from '../../bench/jobs/faiss-node.ts';
import { saveNpy } from '../../bench/jobs/save-npy.ts';
import { open } from '../../src/index.ts';
import { prepareFaissNode } from '../support/faiss-node.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const { missing } = await prepareFaissNode();

test('the faiss-node job assigns every row, from Parquet and from memory, as nearest_centroid does', {
  skip: missing,
}, async () => {
  // More rows than one call of search gets, and not a multiple of it.
  const rows = 45_678;
  await using db = await open();
  await db.connection.run(
    `CREATE TABLE messages AS SELECT id, embedding::FLOAT[] AS embedding FROM synthetic_embeddings(${rows}, 4);
     CREATE TABLE topics AS SELECT id::INTEGER AS cluster_id, embedding::FLOAT[] AS centroid FROM synthetic_embeddings(30, 4, seed := 9);
     COPY messages TO '${path('messages.parquet')}'`,
  );
  await saveNpy(db.connection, 'SELECT embedding FROM messages ORDER BY id', path('messages.npy'));
  await saveNpy(db.connection, 'SELECT centroid FROM topics ORDER BY cluster_id', path('centroids.npy'));
  await saveNpy(
    db.connection,
    `SELECT nearest_centroid(embedding, 'topics') FROM messages ORDER BY id`,
    path('expected.npy'),
  );
  for (const messages of [{ parquet: path('messages.parquet') }, { npy: path('messages.npy') }]) {
    const values: FaissNodeJob = {
      threads: 1,
      centroids: path('centroids.npy'),
      messages,
      assignments: path('assignments.npy'),
    };
    const run = await runJob({ work: { program: 'faiss-node.ts', values }, reads: [] }, { threads: 1, limit: 60 });
    assert.equal(run.values.rows, rows);
    assert.ok(run.seconds > 0 && run.peakBytes > 0);
    // Two centroids may be equally near but for rounding.
    const expected = numbersOf(path('expected.npy'));
    const others = numbersOf(path('assignments.npy')).filter((cluster, i) => cluster !== expected[i]);
    assert.equal(expected.length, rows);
    assert.ok(others.length <= 3, `${others.length} differ`);
  }
});

/** The numbers of a .npy file of `<i4`. */
function numbersOf(file: string): Int32Array {
  const bytes = readFileSync(file);
  const start = 10 + bytes.readUInt16LE(8);
  return new Int32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
}
