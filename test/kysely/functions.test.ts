import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Compilable, Kysely, sql } from 'kysely';
import { writeArrow } from '../../src/arrow/index.ts';
import { readFunctionReference } from '../../src/function-reference.ts';
import { open } from '../../src/index.ts';
import {
  assignClusters,
  clusterSamples,
  clusterSizes,
  type Database,
  DuckTopicsDialect,
  describeCluster,
  embedText,
  kmeansRetrain,
  kmeansTrain,
  kmeansUpdate,
  l2Normalize,
  labelCluster,
  labelInputs,
  matchTopics,
  mergeCandidates,
  misfitCandidates,
  nearestCentroid,
  nearestCentroids,
  readArrow,
  readNpy,
  topicGroups,
  topicKeywords,
  vectorMean,
} from '../../src/kysely/index.ts';
import { writeNpy } from '../support/npy-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Messages {
  id: bigint;
  text: string;
  embedding: number[];
}

type Tables = Database & { messages: Messages; 'we"ird table': Messages };

const duck = await open(':memory:', { labelling: { cache: temporaryFolder() } });
const db = new Kysely<Tables>({ dialect: new DuckTopicsDialect(duck) });
after(async () => {
  await db.destroy();
  duck.close();
});
await duck.connection.run(`
  CREATE TABLE messages AS
    SELECT id, 'topic' || id % 3 || ' words number ' || id AS text,
           [(id % 3) * 10 + id / 1000, (id % 3) * -10]::FLOAT[2] AS embedding
    FROM range(300) AS r(id);
  CREATE TABLE "we""ird table" AS FROM messages;
  CREATE TABLE "it's a table" AS FROM messages;
  CREATE TABLE topic_pairs AS SELECT 0 AS cluster_id, 1 AS other_id;`);

/** The parameters that a call gives by name, in the order of their names. */
function parameters(call: string): string[] {
  return [...call.matchAll(/(\w+) :=/g)].map(([, name = '']) => name).sort();
}

function sqlOf(query: Compilable): string {
  return query.compile().sql;
}

test('a model is made, messages are assigned and joined, and their topics described', async () => {
  const trained = db.selectFrom(kmeansTrain('messages', { k: 3, passes: 1 }).as('t')).selectAll('t');
  assert.equal(sqlOf(trained), `select "t".* from kmeans_train('messages', k := 3, passes := 1) as "t"`);
  await db.schema.createTable('topics').as(trained).execute();
  const assigned = db.selectFrom(assignClusters('messages', 'topics').as('a')).selectAll('a');
  assert.equal(sqlOf(assigned), `select "a".* from assign_clusters('messages', 'topics') as "a"`);
  await db.schema.createTable('assignments').as(assigned).execute();

  const rows = await db
    .selectFrom('messages as m')
    .innerJoin('assignments as a', 'a.id', 'm.id')
    .innerJoin('topics as t', 't.cluster_id', 'a.cluster_id')
    .select(['m.text', 't.size'])
    .where('m.id', 'in', [0n, 1n])
    .orderBy('m.id')
    .execute();
  assert.deepEqual(rows, [
    { text: 'topic0 words number 0', size: 100n },
    { text: 'topic1 words number 1', size: 100n },
  ]);
  const described = await db
    .selectFrom(clusterSizes('assignments').as('s'))
    .innerJoin(topicKeywords('assignments', 'messages', { n: 1 }).as('k'), 'k.cluster_id', 's.cluster_id')
    .select(['s.size', 'k.keywords'])
    .execute();
  assert.deepEqual(described.map(({ keywords }) => keywords[0]).sort(), ['topic0', 'topic1', 'topic2']);
});

test('nearestCentroid() and nearestCentroids() take a column or an array', async () => {
  const query = db
    .selectFrom('messages')
    .select(({ ref }) => [
      nearestCentroid(ref('embedding'), 'topics').as('of_column'),
      nearestCentroid([0, 0], 'topics').as('of_array'),
      nearestCentroids(ref('embedding'), 'topics', 2).as('near'),
    ])
    .where('id', '=', 0n);
  const names = 'nearest_centroid("embedding", \'topics\') as "of_column", nearest_centroid(?, \'topics\')';
  assert.ok(sqlOf(query).includes(names), sqlOf(query));
  const { of_column, of_array, near } = await query.executeTakeFirstOrThrow();
  assert.equal(of_column, of_array);
  assert.equal(near.length, 2);
  assert.equal(near[0]?.cluster_id, of_column);
});

test('l2Normalize(), vectorMean(), embedText() and the functions that name topics run', async () => {
  const row = await db
    .selectFrom('messages')
    .select(({ ref }) => vectorMean(ref('embedding')).as('mean'))
    .executeTakeFirstOrThrow();
  assert.equal(row.mean?.length, 2);
  const { unit } = await db.selectNoFrom(l2Normalize([3, 4]).as('unit')).executeTakeFirstOrThrow();
  assert.equal(unit.length, 2);
  assert.equal(sqlOf(db.selectNoFrom(embedText('a text').as('e'))), 'select embed_text(?) as "e"');
  const texts = ['perl regex help', 'regex in perl', 'perl: matching with a regex'];
  const named = await db
    .selectNoFrom([labelCluster(texts).as('label'), describeCluster(texts, ['flights']).as('description')])
    .executeTakeFirstOrThrow();
  assert.match(named.label ?? '', /perl|regex/);
  assert.ok((named.description?.keywords.length ?? 0) > 0);
});

test('every table function runs with all its options', async () => {
  const folder = temporaryFolder();
  const [npy, arrow] = [join(folder, "it's.npy"), join(folder, 'm.arrow')];
  writeNpy(npy, [2, 2], Float32Array.of(1, 2, 3, 4));
  await writeArrow(duck.connection, 'SELECT id FROM messages', arrow);
  const columns = { id: 'id', embedding: 'embedding' };
  const sampled = { n: 2, seed: 1, id: 'id', text: 'text' };
  const queries = {
    kmeans_train: kmeansTrain('messages', {
      k: 2,
      embedding: 'embedding',
      niter: 3,
      seed: 1,
      maxPointsPerCentroid: 50,
      passes: 1,
      init: 'random',
      sample: 'blocks',
    }),
    kmeans_retrain: kmeansRetrain('messages', 'topics', {
      k: 3,
      embedding: 'embedding',
      passes: 1,
      worth: 2,
      seed: 1,
    }),
    kmeans_update: kmeansUpdate('topics', 'messages', { embedding: 'embedding' }),
    assign_clusters: assignClusters('messages', 'topics', columns),
    cluster_samples: clusterSamples('assignments', 'messages', sampled),
    topic_keywords: topicKeywords('assignments', 'messages', { ...sampled, sample: null }),
    label_inputs: labelInputs('assignments', 'messages', 'topics', {
      ...sampled,
      contrast: 1,
      heldOut: 1,
      neighbours: 1,
    }),
    merge_candidates: mergeCandidates('topics', 'topics', { n: 1 }),
    misfit_candidates: misfitCandidates('assignments', 'messages', 'topics', { ...columns, n: 5, share: 0.1 }),
    topic_groups: topicGroups('topic_pairs', 'topics'),
    match_topics: matchTopics('topics', 'topics', {
      oldAssignments: 'assignments',
      newAssignments: 'assignments',
      lineage: 'topics',
      minOverlap: 0.3,
      maxShift: 0.6,
      keptShift: 0.3,
      minShare: 0.1,
    }),
    read_arrow: readArrow<{ id: bigint }>(arrow),
    read_npy: readNpy(npy, { sampleRows: 2, seed: 1 }),
  };
  for (const [name, query] of Object.entries(queries)) {
    const { rows } = await sql`FROM ${query}`.execute(db);
    assert.ok(rows.length > 0, name);
  }
  const reference = new Map((await readFunctionReference(duck.connection)).map((entry) => [entry.name, entry]));
  for (const [name, query] of Object.entries(queries)) {
    const [signature = ''] = reference.get(name)?.signatures ?? [];
    assert.deepEqual(parameters(sql`${query}`.compile(db).sql), parameters(signature), name);
  }
});

test('an option that is none never gets into the SQL', () => {
  const options = { 'n := 1); DROP TABLE topics; --': 1 };
  assert.ok(!sqlOf(db.selectFrom(mergeCandidates('topics', 'topics', options as object).as('m'))).includes('DROP'));
  assert.ok(!sqlOf(db.selectFrom(kmeansUpdate('topics', 'messages', options as object).as('u'))).includes('DROP'));
});

test('a table name with a quote, spaces or a schema is the name of that table', async () => {
  const query = db.selectFrom(assignClusters("it's a table", 'main.topics').as('a')).selectAll();
  assert.equal(sqlOf(query), `select * from assign_clusters('"it''s a table"', 'main.topics') as "a"`);
  assert.equal((await query.execute()).length, 300);
  await duck.connection.run(`CREATE TABLE "x'); DROP TABLE topics; --" AS FROM topics`);
  const nearest = nearestCentroid([0, 0], "x'); DROP TABLE topics; --").as('c');
  assert.equal(typeof (await db.selectNoFrom(nearest).executeTakeFirstOrThrow()).c, 'number');
  await duck.connection.run('CREATE SCHEMA "odd.schema"; CREATE TABLE "odd.schema"."t" AS FROM messages');
  const elsewhere = db.selectFrom(kmeansTrain('"odd.schema".t', { k: 2 }).as('t')).selectAll();
  assert.equal((await elsewhere.execute()).length, 2);
});

test('a table name with a double quote, which no macro can take, is refused with what mends it', async () => {
  assert.equal((await db.selectFrom('we"ird table').selectAll().execute()).length, 300);
  assert.throws(() => kmeansTrain('we"ird table'), {
    message: 'invalid table name: we"ird table, expected one without a double quote',
    mend: 'make a view with another name: CREATE VIEW other AS FROM "we""ird table"',
  });
});

test('a file is taken as one, whatever its name', async () => {
  const file = join(temporaryFolder(), `message's and more.parquet`);
  await duck.connection.run(`COPY messages TO '${file.replaceAll("'", "''")}'`);
  const trained = await db
    .selectFrom(kmeansTrain(file, { k: 2 }).as('t'))
    .selectAll()
    .execute();
  assert.equal(trained.length, 2);
});

test('numbers that are none, and empty names, are refused before anything runs', () => {
  assert.throws(() => kmeansTrain('messages', { k: Number.NaN }), /invalid k: NaN, expected a finite number/);
  assert.throws(() => nearestCentroid([1], ''), /invalid table name: "", expected a text/);
});
