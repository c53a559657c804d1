import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DuckTopics, open } from '../src/index.ts';
import { errorLine } from './support/error-line.ts';
import { prepareFaissNode } from './support/faiss-node.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { differences, withTopics } from './support/topics.ts';

const folder = temporaryFolder();
const faissNode = await prepareFaissNode();
const skip = faissNode.missing;
const path = (name: string) => join(folder, name);

interface Answer {
  type: string;
  total: number;
  dimensions: number;
  labels: number[];
  distances: number[];
}

/** What `TYPE.read(file).search(messages, 1)` answers in faiss-node. */
async function searched(type: string, file: string, messages: number[]): Promise<Answer> {
  writeFileSync(path('messages.json'), JSON.stringify(messages));
  const script = `
    const faiss = require('faiss-node');
    const [type, file, messages] = process.argv.slice(1);
    const index = faiss[type].read(file);
    const answer = index.search(JSON.parse(require('node:fs').readFileSync(messages, 'utf8')), 1);
    console.log(JSON.stringify({ type: index.constructor.name, total: index.ntotal(), dimensions: index.getDimension(), ...answer }));`;
  return JSON.parse(await faissNode.run(script, type, file, path('messages.json'))) as Answer;
}

/** 2,000 messages with what `nearest_centroids` says of each. */
function assigned(db: DuckTopics, model: string) {
  return db.query<{ embedding: number[]; cluster_id: number | bigint; distance: number }>(
    `SELECT embedding, nearest.cluster_id, nearest.distance
     FROM (SELECT id, embedding::FLOAT[] AS embedding, nearest_centroids(embedding, '${model}', 1)[1] AS nearest
       FROM synthetic_embeddings(2000, 12, seed := 77))
     ORDER BY id`,
  );
}

test('faiss-node finds the same nearest centroids in what write_faiss(model, path) writes', { skip }, async () => {
  // Where the ids are 0, 1, 2, ... the file is an IndexFlatL2, otherwise an IndexIDMap2 over one: faiss-node answers the mapped ids.
  for (const step of [1, 7]) {
    await using db = await withTopics(40, 12, step);
    const file = path(`written-${step}.faiss`);
    await db.query(`SELECT write_faiss('topics', '${file}')`);
    const rows = await assigned(db, 'topics');
    for (const type of ['Index', 'IndexFlatL2']) {
      const answer = await searched(
        type,
        file,
        rows.flatMap(({ embedding }) => embedding),
      );
      assert.deepEqual([answer.type, answer.total, answer.dimensions], [type, 40, 12]);
      assert.deepEqual(
        answer.labels,
        rows.map(({ cluster_id }) => cluster_id),
        `ids in steps of ${step}`,
      );
      const most = Math.max(...rows.map(({ distance }, i) => Math.abs(distance - (answer.distances[i] ?? Number.NaN))));
      assert.ok(most < 1e-5, `distances differ by ${most}`);
    }
  }
});

test('read_faiss(path) reads what faiss-node writes, and finds the same nearest centroids', { skip }, async () => {
  await using db = await withTopics(40, 12);
  const centroids = await db.query<{ centroid: number[] }>('SELECT centroid FROM topics ORDER BY cluster_id');
  writeFileSync(path('centroids.json'), JSON.stringify(centroids.flatMap(({ centroid }) => centroid)));
  await faissNode.run(
    `const fs = require('node:fs');
     const { Index, IndexFlatIP, IndexFlatL2, MetricType } = require('faiss-node');
     const [folder] = process.argv.slice(1);
     const centroids = JSON.parse(fs.readFileSync(folder + '/centroids.json', 'utf8'));
     const indexes = {
       l2: new IndexFlatL2(12),
       ip: new IndexFlatIP(12),
       factory: Index.fromFactory(12, 'Flat', MetricType.METRIC_L2),
       hnsw: Index.fromFactory(12, 'HNSW16'),
     };
     for (const [name, index] of Object.entries(indexes)) {
       index.add(centroids);
       index.write(folder + '/' + name + '.faiss');
     }
     fs.writeFileSync(folder + '/buffer.faiss', indexes.l2.toBuffer());`,
    folder,
  );
  for (const name of ['l2', 'ip', 'factory', 'hnsw', 'buffer']) {
    assert.equal(await differences(db, `read_faiss('${path(`${name}.faiss`)}')`), 0, name);
  }
  const rows = await assigned(db, path('l2.faiss'));
  const answer = await searched(
    'IndexFlatL2',
    path('l2.faiss'),
    rows.flatMap(({ embedding }) => embedding),
  );
  assert.deepEqual(
    answer.labels,
    rows.map(({ cluster_id }) => Number(cluster_id)),
  );
});

test('faiss-node keeps the cluster ids of an IDMap when it writes the file again', { skip }, async () => {
  await using db = await withTopics(30, 5, 11);
  const [file, again] = [path('map.faiss'), path('map-again.faiss')];
  await db.query(`SELECT write_faiss('topics', '${file}')`);
  await faissNode.run(
    `const { Index } = require('faiss-node');
     const [file, again] = process.argv.slice(1);
     const index = Index.read(file);
     if (index.removeIds([22, 33]) !== 2) throw new Error('expected to remove 2');
     index.write(again);`,
    file,
    again,
  );
  await db.connection.run('DELETE FROM topics WHERE cluster_id IN (22, 33)');
  assert.equal(await differences(db, `read_faiss('${again}')`), 0);
});

test('faiss-node cannot add to an IDMap: its process is aborted', { skip }, async () => {
  await using db = await withTopics(30, 5, 11);
  await db.query(`SELECT write_faiss('topics', '${path('fixed.faiss')}')`);
  const script = `require('faiss-node').Index.read(process.argv[1]).add([1, 2, 3, 4, 5])`;
  await assert.rejects(faissNode.run(script, path('fixed.faiss')), (error: { signal?: string; stderr?: string }) => {
    assert.equal(error.signal, 'SIGABRT');
    assert.match(error.stderr ?? '', /add does not make sense with IndexIDMap, use add_with_ids/);
    return true;
  });
});

test('read_faiss(path) reads the centroids of an IVF index, the only k-means of faiss-node', { skip }, async () => {
  await using db = await open();
  const names = await faissNode.run(
    `const faiss = require('faiss-node');
     const index = faiss.Index.fromFactory(2, 'IVF3,Flat');
     index.train(Array.from({ length: 600 }, (_, i) => [10 * (i % 3) + Math.sin(i) / 10, -5 * (i % 3) + Math.cos(i) / 10]).flat());
     index.write(process.argv[1]);
     console.log([...Object.keys(faiss), ...Object.getOwnPropertyNames(faiss.Index.prototype)].join(' '));`,
    path('ivf.faiss'),
  );
  assert.doesNotMatch(names, /means|cluster/i);
  assert.deepEqual(
    await db.query(
      `SELECT count(*) AS centroids, bool_and(abs(centroid[1] + 2 * centroid[2]) < 0.3) AS on_the_line FROM read_faiss('${path('ivf.faiss')}')`,
    ),
    [{ centroids: 3n, on_the_line: true }],
  );
});

test('faiss-node takes arrays of numbers only: a Float32Array is refused', { skip }, async () => {
  const script = `const index = new (require('faiss-node').IndexFlatL2)(2);
    for (const call of [() => index.add(new Float32Array(2)), () => index.search(new Float32Array(2), 1)]) {
      try { call(); } catch (error) { console.log(error.message); }
    }`;
  const refusal = 'Invalid the first argument type, must be an Array.';
  assert.equal(await faissNode.run(script), `${refusal}\n${refusal}`);
});

test('read_faiss(path) reads no rows from an empty index of faiss-node, and refuses a compressed one', {
  skip,
}, async () => {
  await using db = await open();
  await faissNode.run(`new (require('faiss-node').IndexFlatL2)(4).write(process.argv[1])`, path('empty.faiss'));
  assert.deepEqual(await db.query(`FROM read_faiss('${path('empty.faiss')}')`), []);
  await faissNode.run(
    `const index = require('faiss-node').Index.fromFactory(4, 'PQ2x4');
     index.train(Array.from({ length: 4000 }, (_, i) => Math.sin(i)));
     index.write(process.argv[1]);`,
    path('pq.faiss'),
  );
  assert.match(
    await errorLine(db.query(`FROM read_faiss('${path('pq.faiss')}')`)),
    /expected a Flat .* index.*got IxPq/,
  );
});
