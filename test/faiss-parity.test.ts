import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { extensionPath } from '../src/paths.ts';
import { preparePython } from './support/python.ts';

const python = await preparePython();

async function runPeer<T>(script: string, ...values: (string | number)[]): Promise<T> {
  const code = readFileSync(join(import.meta.dirname, 'peers', script), 'utf8');
  return JSON.parse(await python.run(code, extensionPath, ...values.map(String))) as T;
}

interface Comparison {
  d: number;
  k: number;
  differing: number;
  excess: number;
}

for (const [rows, dimensions] of [
  [200_000, [1, 3, 100, 128]],
  [20_000, [384, 1536]],
] as const) {
  test(`nearest_centroid gives the ids of FAISS' IndexFlatL2 for d = ${dimensions.join(', ')}`, {
    skip: python.missing,
  }, async () => {
    const comparisons = await runPeer<Comparison[]>('nearest_against_faiss.py', rows, ...dimensions);
    assert.equal(comparisons.length, dimensions.length * 4);
    for (const { d, k, differing, excess } of comparisons) {
      assert.ok(excess <= 1e-5, `d = ${d}, k = ${k}: ${differing} rows differ, by up to ${excess}`);
    }
  });
}

test("kmeans has an objective within 1 % of FAISS', and below it after three kmeans_step passes", {
  skip: python.missing,
}, async () => {
  const data = await runPeer<{ clusters: number; faiss: number; kmeans: number; passes: number }[]>(
    'kmeans_against_faiss.py',
    100_000,
    64,
    50,
  );
  assert.equal(data.length, 2);
  for (const { clusters, faiss, kmeans, passes } of data) {
    assert.ok(kmeans <= faiss * 1.01, `clusters = ${clusters}: ${kmeans} against ${faiss}`);
    assert.ok(passes < faiss, `clusters = ${clusters}: ${passes} against ${faiss} after passes`);
    assert.ok(passes <= kmeans);
  }
});
