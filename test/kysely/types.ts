// What must compile and what must not. Nothing here runs: `tsc --noEmit` is the test.
import type { Kysely } from 'kysely';
import {
  assignClusters,
  clusterSamples,
  clusterSizes,
  type DailyDatabase,
  type Database,
  kmeansTrain,
  labelCluster,
  nearestCentroid,
  nearestCentroids,
  readArrow,
  topicKeywords,
  vectorMean,
} from '../../src/kysely/index.ts';

interface Messages {
  id: bigint;
  text: string;
  embedding: number[];
  translation: number[] | null;
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles where the rows have exactly this type. */
function rowsAre<Expected>() {
  return <Actual>(_rows: Actual[], ..._same: Same<Actual, Expected> extends true ? [] : [never]) => {};
}

export async function columnsOfTables(db: Kysely<Database & { messages: Messages }>) {
  const labels = await db.selectFrom('topic_labels').select(['cluster_id', 'label', 'score']).execute();
  rowsAre<{ cluster_id: number; label: string | null; score: number | null }>()(labels);

  const joined = await db
    .selectFrom('messages as m')
    .innerJoin('assignments as a', 'a.id', 'm.id')
    .innerJoin('topic_map as t', 't.cluster_id', 'a.cluster_id')
    .select(['m.text', 'a.cluster_id', 't.topic_id', 'a.margin'])
    .execute();
  rowsAre<{ text: string; cluster_id: number | null; topic_id: number; margin: number | null }>()(joined);

  const outer = await db
    .selectFrom('topics')
    .leftJoin('supertopics', 'supertopics.topic_id', 'topics.cluster_id')
    .select(['topics.size', 'supertopics.label'])
    .execute();
  rowsAre<{ size: bigint | null; label: string | null }>()(outer);

  // @ts-expect-error a table that no pipeline makes
  db.selectFrom('topic_label');
  // @ts-expect-error a column that the table does not have
  db.selectFrom('topics').select('label');
  // @ts-expect-error an id is a bigint here
  db.selectFrom('assignments').selectAll().where('id', '=', 'a text');
  // @ts-expect-error one of the events of a topic's lineage, in a table that daily.sql and retrain.sql make
  db.selectFrom('topic_lineage').selectAll();
  // @ts-expect-error a status is done, pending or failed
  db.selectFrom('topic_labels').selectAll().where('status', '=', 'ready');
  // @ts-expect-error the margin may be NULL
  const margins: { margin: number }[] = await db.selectFrom('assignments').select('margin').execute();
  return margins;
}

export async function otherIds(db: Kysely<Database<string>>, daily: Kysely<DailyDatabase>) {
  rowsAre<{ id: string }>()(await db.selectFrom('assignments').select('id').execute());
  rowsAre<{ sample_ids: string[] }>()(await db.selectFrom('topic_labels').select('sample_ids').execute());
  rowsAre<{ assigned_on: Date | null }>()(await daily.selectFrom('assignments').select('assigned_on').execute());
  await daily.selectFrom('topic_lineage').selectAll().where('event', '=', 'split').execute();
  // @ts-expect-error no such event
  daily.selectFrom('topic_lineage').selectAll().where('event', '=', 'splitted');
}

export async function scalars(db: Kysely<Database & { messages: Messages }>) {
  const nearest = await db
    .selectFrom('messages')
    .select(({ ref }) => [
      'id',
      nearestCentroid(ref('embedding'), 'topics').as('cluster_id'),
      nearestCentroid(ref('translation'), 'topics').as('maybe'),
      nearestCentroid([0.1, 0.2], 'topics').as('given'),
      nearestCentroids(ref('embedding'), 'topics', 3).as('near'),
    ])
    .execute();
  rowsAre<{
    id: bigint;
    cluster_id: number;
    maybe: number | null;
    given: number;
    near: { cluster_id: number; distance: number }[];
  }>()(nearest);

  const mean = await db
    .selectFrom('messages')
    .select(({ ref }) => vectorMean(ref('translation')).as('mean'))
    .execute();
  rowsAre<{ mean: number[] | null }>()(mean);

  const named = await db
    .selectFrom('label_inputs')
    .select(({ ref }) => ['cluster_id', labelCluster(ref('texts'), ref('contrast')).as('label')])
    .execute();
  rowsAre<{ cluster_id: number; label: string | null }>()(named);

  // @ts-expect-error a text is no embedding
  db.selectFrom('messages').select(({ ref }) => nearestCentroid(ref('text'), 'topics').as('cluster_id'));
  // @ts-expect-error no such column
  db.selectFrom('messages').select(({ ref }) => nearestCentroid(ref('embeding'), 'topics').as('cluster_id'));
  // @ts-expect-error which model?
  db.selectFrom('messages').select(({ ref }) => nearestCentroid(ref('embedding')).as('cluster_id'));
  // @ts-expect-error n is a number
  db.selectFrom('messages').select(({ ref }) => nearestCentroids(ref('embedding'), 'topics', '3').as('near'));
  // @ts-expect-error one text is no list of texts
  db.selectFrom('messages').select(({ ref }) => labelCluster(ref('text')).as('label'));
}

export async function tableFunctions(db: Kysely<Database & { messages: Messages }>) {
  const topics = await db
    .selectFrom(kmeansTrain('messages', { k: 3 }).as('t'))
    .selectAll()
    .execute();
  rowsAre<{ cluster_id: number; centroid: number[]; size: bigint | null }>()(topics);

  const assigned = await db
    .selectFrom('messages as m')
    .innerJoin(assignClusters('messages', 'topics').as('a'), 'a.id', 'm.id')
    .select(['m.text', 'a.cluster_id'])
    .execute();
  rowsAre<{ text: string; cluster_id: number | null }>()(assigned);

  const described = await db
    .selectFrom(clusterSizes('assignments').as('s'))
    .innerJoin(topicKeywords('assignments', 'messages', { n: 4 }).as('k'), 'k.cluster_id', 's.cluster_id')
    .select(['s.cluster_id', 's.size', 'k.keywords'])
    .execute();
  rowsAre<{ cluster_id: number; size: bigint; keywords: string[] }>()(described);

  const read = await db.selectFrom(readArrow<{ id: bigint }>('m.arrow').as('r')).select('r.id').execute();
  rowsAre<{ id: bigint }>()(read);

  rowsAre<{ id: string }>()(
    await db.selectFrom(clusterSamples<string>('assignments', 'messages').as('s')).select('id').execute(),
  );

  // @ts-expect-error k is a number
  kmeansTrain('messages', { k: '3' });
  // @ts-expect-error no such option
  kmeansTrain('messages', { clusters: 3 });
  // @ts-expect-error the result has no such column
  db.selectFrom(clusterSizes('assignments').as('s')).select('s.label');
  const texts = db.selectFrom(assignClusters<string>('messages', 'topics').as('a')).selectAll();
  // @ts-expect-error a text does not equal a bigint
  texts.where('a.id', '=', 7n);
  // @ts-expect-error a table function needs a name
  db.selectFrom(clusterSizes('assignments'));
}
