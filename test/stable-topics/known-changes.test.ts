import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { open } from '../../src/index.ts';
import { packageRoot } from '../../src/paths.ts';
import { ducktopics } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { mixture } from './mixture.ts';

const folder = temporaryFolder();
const script = (name: string) => join(packageRoot, 'sql', 'pipelines', `${name}.sql`);

async function run(name: string, file: string, settings: Record<string, string | number>): Promise<void> {
  const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const { code, stderr } = await ducktopics(['run', script(name), '--db', file, ...set]);
  assert.equal(code, 0, stderr);
}

/** Discovers the topics of a mixture, retrains on what it has become, and tells the lineage by true clusters. */
async function retrained(seed: number, settings: Record<string, string | number>) {
  const file = join(folder, `${seed}-${Object.values(settings).join('-')}.duckdb`);
  {
    await using db = await open(file);
    await db.connection.run(`
      CREATE TABLE truth AS ${mixture(seed)};
      CREATE VIEW before AS SELECT id, text, embedding FROM truth WHERE cluster IS NOT NULL;
      CREATE VIEW after AS SELECT id, text, embedding FROM truth WHERE later IS NOT NULL`);
  }
  await run('discover', file, { input: 'before', k: 16 });
  {
    await using db = await open(file);
    await db.connection.run('CREATE TABLE earlier AS FROM assignments');
  }
  await run('retrain', file, { input: 'after', as_of: '2026-03-01', ...settings });
  await using db = await open(file, { readOnly: true });
  const purity = (assignments: string, label: string) =>
    db.query<{ cluster_id: number; label: number; labels: bigint }>(`
      SELECT cluster_id, any_value(${label})::INTEGER AS label, count(DISTINCT ${label}) AS labels
      FROM ${assignments} JOIN truth USING (id) GROUP BY cluster_id ORDER BY cluster_id`);
  const before = await purity('earlier', 'cluster');
  const after = await purity('assignments', 'later');
  const lineage = await db.query<{
    cluster_id: number;
    event: string;
    from_ids: number[];
    to_ids: number[];
    relabel: boolean;
  }>('SELECT cluster_id, event, from_ids, to_ids, relabel FROM topic_lineage ORDER BY cluster_id');
  return { before, after, lineage };
}

for (const [seed, settings] of [
  [1, {}],
  [2, {}],
  [1, { start: 'fresh' }],
] as [number, Record<string, string>][]) {
  test(`retrain.sql finds every birth, death, split and merger of mixture ${seed}${settings.start ? `, trained ${settings.start}` : ''}`, async () => {
    const { before, after, lineage } = await retrained(seed, settings);
    // Each topic is one true cluster, or nothing could be said of ids.
    assert.equal(before.length, 16);
    assert.equal(after.length, 16);
    for (const { labels } of [...before, ...after]) assert.equal(labels, 1n);
    const id = new Map(before.map(({ label, cluster_id }) => [label, cluster_id]));
    const later = new Map(after.map(({ label, cluster_id }) => [label, cluster_id]));
    const old = (cluster: number) => id.get(cluster) as number;
    const now = (cluster: number) => later.get(cluster) as number;
    // The larger part keeps the id of a topic that was split, and the larger topic that of a merged one.
    for (const cluster of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      assert.equal(now(cluster), old(cluster), `cluster ${cluster}`);
    assert.equal(now(110), old(11));
    assert.equal(now(120), old(12));
    assert.deepEqual([now(111), now(16), now(17)].sort(), [16, 17, 18]);
    const row = (cluster_id: number, event: string, from_ids: number[], to_ids: number[], relabel: boolean) => ({
      cluster_id,
      event,
      from_ids: from_ids.sort((a, b) => a - b),
      to_ids: to_ids.sort((a, b) => a - b),
      relabel,
    });
    const same = (cluster: number, event: string) =>
      row(old(cluster), event, [old(cluster)], [old(cluster)], event !== 'kept');
    assert.deepEqual(
      lineage,
      [
        ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((cluster) => same(cluster, 'kept')),
        same(10, 'moved'),
        row(old(11), 'split', [old(11)], [old(11), now(111)], true),
        row(now(111), 'split', [old(11)], [], true),
        row(old(12), 'merged', [old(12), old(13)], [old(12)], true),
        row(old(13), 'merged', [], [old(12)], false),
        row(old(14), 'retired', [], [], false),
        row(old(15), 'retired', [], [], false),
        row(now(16), 'new', [], [], true),
        row(now(17), 'new', [], [], true),
      ].sort((a, b) => a.cluster_id - b.cluster_id),
    );
  });
}
