import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../../src/index.ts';

test('label_inputs, merge_candidates and misfit_candidates refuse numbers that mean nothing', async () => {
  await using db = await open();
  await db.query(
    "CREATE TABLE messages AS SELECT i AS id, 'text ' || i AS text, [i % 3, i % 2]::FLOAT[] AS embedding FROM range(60) AS t (i)",
  );
  await db.query(
    'CREATE TABLE topics AS SELECT i::INTEGER AS cluster_id, [i, i % 2]::FLOAT[] AS centroid FROM range(3) AS t (i)',
  );
  await db.query("CREATE TABLE assignments AS FROM assign_clusters('messages', 'topics')");
  const calls: Record<string, string> = {
    label_inputs: "'assignments', 'messages', 'topics'",
    merge_candidates: "'topics', 'topics'",
    misfit_candidates: "'assignments', 'messages', 'topics'",
  };
  const query = (name: string, options: string) => db.query(`FROM ${name}(${calls[name]}, ${options})`);
  for (const name of Object.keys(calls)) {
    for (const n of ['0', '-3', 'NULL']) {
      await assert.rejects(query(name, `n := ${n}`), { message: new RegExp(`${name}: expected n >= 1, got ${n}$`) });
    }
    assert.ok((await query(name, 'n := 1')).length > 0, name);
  }
  for (const option of ['contrast', 'held_out', 'neighbours']) {
    await assert.rejects(query('label_inputs', `${option} := -1`), {
      message: new RegExp(`label_inputs: expected ${option} >= 0, got -1$`),
    });
    assert.equal((await query('label_inputs', `${option} := 0`)).length, 3);
  }
  assert.deepEqual(
    await db.query(`SELECT DISTINCT len(contrast) AS n FROM label_inputs(${calls.label_inputs}, contrast := 0)`),
    [{ n: 0n }],
  );
  for (const share of ['0', '-0.5', '1.5', 'NULL']) {
    await assert.rejects(query('misfit_candidates', `share := ${share}`), {
      message: new RegExp(`misfit_candidates: expected share in \\(0, 1\\], got ${share}$`),
    });
  }
  assert.equal((await query('misfit_candidates', 'share := 1')).length, 60);
});
