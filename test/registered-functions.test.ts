import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { readMacros } from '../src/macros.ts';
import { extensionPath, packageRoot } from '../src/paths.ts';

const nativeFunctions = [
  '_call_host',
  '_read_npy_sample',
  'ducktopics_functions',
  'kmeans',
  'kmeans_step',
  'l2_normalize',
  'nearest_centroid_index',
  'nearest_centroid_list',
  'optimal_assignment',
  'read_faiss',
  'read_npy',
  'synthetic_embeddings',
  'vector_mean',
  'write_faiss_index',
];

const names = (sql: string) =>
  `SELECT list(DISTINCT function_name ORDER BY function_name) AS names FROM duckdb_functions() ${sql}`;

test('the extension registers exactly these functions', async () => {
  const instance = await DuckDBInstance.create(':memory:', { allow_unsigned_extensions: 'true' });
  const connection = await instance.connect();
  const all = async () => {
    const [row] = await (await connection.run(names(''))).getRowObjectsJS();
    return row?.names as string[];
  };
  const before = new Set(await all());
  await connection.run(`LOAD '${extensionPath}'`);
  const added = (await all()).filter((name) => !before.has(name));
  assert.deepEqual(added, nativeFunctions);
  const [row] = await (
    await connection.run('SELECT list(DISTINCT name ORDER BY name) AS names FROM ducktopics_functions()')
  ).getRowObjectsJS();
  assert.deepEqual(
    row?.names,
    added.filter((name) => !name.startsWith('_')),
  );
  instance.closeSync();
});

test('the folder sql holds exactly these macros', () => {
  assert.deepEqual(
    documentedMacros().map(({ name }) => name),
    [
      'assign_clusters',
      'cluster_samples',
      'cluster_sizes',
      'kmeans_retrain',
      'kmeans_train',
      'kmeans_update',
      'label_inputs',
      'match_topics',
      'merge_candidates',
      'misfit_candidates',
      'nearest_centroid',
      'nearest_centroids',
      'topic_groups',
      'topic_keywords',
      'write_faiss',
    ],
  );
});

test('the macros that find topics have exactly these parameters and results', () => {
  const signatures = {
    assign_clusters: "tbl, model, id := 'id', embedding := 'embedding'",
    cluster_samples: "assignments, messages, n := 20, seed := 1234, id := 'id', text := 'text'",
    cluster_sizes: 'assignments',
    kmeans_train:
      "tbl, k := 100, embedding := 'embedding', niter := 20, seed := 1234, max_points_per_centroid := 256, passes := 0, init := 'kmeans++', sample := 'uniform'",
    kmeans_retrain: "tbl, model, k := NULL, embedding := 'embedding', passes := 1, worth := 2, seed := 1234",
    kmeans_update: "model, tbl, embedding := 'embedding'",
    match_topics:
      'old, new, old_assignments := NULL, new_assignments := NULL, lineage := NULL, min_overlap := 0.25, max_shift := 0.7, ' +
      'kept_shift := 0.33, min_share := 0.2',
    nearest_centroid: 'embedding, model',
    nearest_centroids: 'embedding, model, n',
    topic_keywords: "assignments, messages, n := 10, text := 'text', id := 'id', sample := 1000, seed := 1234",
  };
  const results = {
    assign_clusters: 'table (id, cluster_id, distance FLOAT, margin FLOAT)',
    cluster_samples: 'table (cluster_id, id, text)',
    cluster_sizes: 'table (cluster_id, size BIGINT, share DOUBLE, mean_distance DOUBLE)',
    kmeans_train: 'table (cluster_id INTEGER, centroid FLOAT[], size BIGINT)',
    kmeans_retrain: 'table (cluster_id INTEGER, centroid FLOAT[], size BIGINT)',
    kmeans_update: 'table (cluster_id, centroid FLOAT[], size BIGINT, added BIGINT)',
    match_topics:
      'table (cluster_id INTEGER, new_cluster_id INTEGER, old_cluster_id INTEGER, event VARCHAR, from_ids INTEGER[], ' +
      'to_ids INTEGER[], shared BIGINT, overlap DOUBLE, distance DOUBLE, shift DOUBLE)',
    nearest_centroid: "the type of the model's cluster_id",
    nearest_centroids: 'STRUCT(cluster_id, distance FLOAT)[]',
    topic_keywords: 'table (cluster_id, keywords VARCHAR[])',
  };
  const documentation = new Map(documentedMacros().map((macro) => [macro.name, macro.documentation]));
  for (const [name, parameters] of Object.entries(signatures)) {
    assert.equal(documentation.get(name)?.signature, `${name}(${parameters})`);
  }
  for (const [name, returns] of Object.entries(results)) assert.equal(documentation.get(name)?.returns, returns);
});

test('macros are TEMP and have the parameters and defaults that their comment says', async () => {
  const instance = await DuckDBInstance.create(':memory:', { allow_unsigned_extensions: 'true' });
  const connection = await instance.connect();
  await connection.run(`LOAD '${extensionPath}'`);
  const macros = readMacros();
  for (const { sql } of macros) await connection.run(sql);
  const [row] = await (
    await connection.run(names("WHERE database_name = 'temp' AND function_type LIKE '%macro'"))
  ).getRowObjectsJS();
  assert.deepEqual(row?.names, macros.map(({ name }) => name).sort());
  for (const { name, documentation } of macros) {
    if (documentation === undefined) continue;
    const [macro] = await (
      await connection.run(`SELECT parameters FROM duckdb_functions() WHERE function_name = '${name}'`)
    ).getRowObjectsJS();
    const documented = [...documentation.signature.matchAll(/[(,] ?(\w+)/g)].map(([, parameter]) => parameter);
    assert.deepEqual(macro?.parameters, documented, name);
    const defaults = [...documentation.signature.matchAll(/(\w+) := ([^,)]+)/g)];
    for (const [text] of defaults) {
      const created = /CREATE OR REPLACE TEMP MACRO [^;]*?\) AS/s.exec(
        macros.find((m) => m.name === name)?.sql ?? '',
      )?.[0];
      assert.ok(created?.includes(text), `${name}: ${text}`);
    }
  }
  instance.closeSync();
});

test('every function and macro is called in a test', () => {
  const folder = join(packageRoot, 'test');
  const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|sql)$/.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  for (const name of [
    ...nativeFunctions.filter((name) => !name.startsWith('_')),
    ...documentedMacros().map((macro) => macro.name),
  ]) {
    assert.ok(new RegExp(`\\b${name}\\(`).test(tests), name);
  }
});

function documentedMacros() {
  return readMacros().filter(({ documentation }) => documentation !== undefined);
}
