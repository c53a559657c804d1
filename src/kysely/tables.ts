import type { RawBuilder } from 'kysely';
import { call, type Relation, relation } from './call.ts';
import type {
  AssignmentsTable,
  Embedding,
  LabelInputsTable,
  TopicEvent,
  TopicKeywordsTable,
  TopicMapTable,
  TopicSamplesTable,
  TopicsTable,
} from './database.ts';

export interface KmeansTrainOptions {
  /** How many topics. Default: 100. */
  k?: number;
  /** The column with the embedding. Default: `embedding`. */
  embedding?: string;
  /** Iterations on the sample. Default: 20. */
  niter?: number;
  /** Another seed gives another sample. Default: 1234. */
  seed?: number;
  /** Default: 256. */
  maxPointsPerCentroid?: number;
  /** Exact passes over all rows after the training. Default: 0. */
  passes?: number;
  /** How the first centroids are chosen, as the aggregate `kmeans` says. Default: `kmeans++`. */
  init?: 'kmeans++' | 'random';
  /** `blocks` reads blocks of neighbouring rows at random places, and leaves out the embeddings of the rest. Default: `uniform`. */
  sample?: 'uniform' | 'blocks';
}

/**
 * Trains k centroids on the embeddings of a table: one row a topic.
 *
 * ```ts
 * db.schema.createTable('topics').as(db.selectFrom(kmeansTrain('messages', { k: 40 }).as('t')).selectAll())
 * ```
 *
 * SQL: `kmeans_train('messages', k := 40)`. As all functions here, it stands in `selectFrom` and in joins, with a name by `.as()`.
 */
export function kmeansTrain(tbl: Relation, options: KmeansTrainOptions = {}): RawBuilder<TopicsTable> {
  const { k, embedding, niter, seed, maxPointsPerCentroid: max_points_per_centroid, passes, init, sample } = options;
  const named = { k, embedding, niter, seed, max_points_per_centroid, passes, init, sample };
  return call('kmeans_train', [relation(tbl)], named);
}

export interface KmeansRetrainOptions {
  /** How many topics to end with. Default: as many as the model has. */
  k?: number;
  /** The column with the embedding. Default: `embedding`. */
  embedding?: string;
  /** Exact passes over all rows, before the cuts and after them. Default: 1. */
  passes?: number;
  /** How many times more a cut must gain than giving up another topic costs. Default: 2. */
  worth?: number;
  /** Of the cuts. Default: 1234. */
  seed?: number;
}

/** A model trained again from the topics that there are. SQL: `kmeans_retrain('messages', 'topics')`. */
export function kmeansRetrain(
  tbl: Relation,
  model: Relation,
  options: KmeansRetrainOptions = {},
): RawBuilder<{ cluster_id: number; centroid: Embedding; size: bigint }> {
  const { k, embedding, passes, worth, seed } = options;
  return call('kmeans_retrain', [relation(tbl), relation(model)], { k, embedding, passes, worth, seed });
}

/** A model moved by new rows, each by its count. SQL: `kmeans_update('topics', 'new_messages')`. */
export function kmeansUpdate(
  model: Relation,
  tbl: Relation,
  options: { embedding?: string } = {},
): RawBuilder<{ cluster_id: number; centroid: Embedding; size: bigint; added: bigint }> {
  const { embedding } = options;
  return call('kmeans_update', [relation(model), relation(tbl)], { embedding });
}

export interface ColumnOptions {
  /** The column that tells messages apart. Default: `id`. */
  id?: string;
  /** The column with the embedding. Default: `embedding`. */
  embedding?: string;
}

/**
 * The nearest topic of every row of a table, with its distance and its margin.
 *
 * ```ts
 * db.selectFrom('messages as m')
 *   .innerJoin(assignClusters('messages', 'topics').as('a'), 'a.id', 'm.id')
 *   .select(['m.text', 'a.cluster_id'])
 * ```
 *
 * SQL: `assign_clusters('messages', 'topics')`. `Id` is the type of the table's id.
 */
export function assignClusters<Id = bigint>(
  tbl: Relation,
  model: Relation,
  options: ColumnOptions = {},
): RawBuilder<AssignmentsTable<Id>> {
  const { id, embedding } = options;
  return call('assign_clusters', [relation(tbl), relation(model)], { id, embedding });
}

/** The number of messages of each topic. SQL: `cluster_sizes('assignments')`. */
export function clusterSizes(
  assignments: Relation,
): RawBuilder<{ cluster_id: number; size: bigint; share: number; mean_distance: number | null }> {
  return call('cluster_sizes', [relation(assignments)]);
}

export interface SampleOptions {
  /** How many. */
  n?: number;
  /** Another seed gives other messages. Default: 1234. */
  seed?: number;
  /** The messages' column that tells them apart. Default: `id`. */
  id?: string;
  /** The messages' column with the text. Default: `text`. */
  text?: string;
}

/** Random messages of each topic, 20 unless told otherwise. SQL: `cluster_samples('assignments', 'messages', n := 20)`. */
export function clusterSamples<Id = bigint>(
  assignments: Relation,
  messages: Relation,
  options: SampleOptions = {},
): RawBuilder<TopicSamplesTable<Id>> {
  const { n, seed, id, text } = options;
  return call('cluster_samples', [relation(assignments), relation(messages)], { n, seed, id, text });
}

export interface KeywordOptions extends SampleOptions {
  /** How many messages of each topic are read; null for all. Default: 1000. */
  sample?: number | null;
}

/** The words that tell each topic from the others, 10 unless told otherwise. SQL: `topic_keywords('assignments', 'messages')`. */
export function topicKeywords(
  assignments: Relation,
  messages: Relation,
  options: KeywordOptions = {},
): RawBuilder<TopicKeywordsTable> {
  const { n, seed, id, text, sample } = options;
  return call('topic_keywords', [relation(assignments), relation(messages)], { n, text, id, sample, seed });
}

export interface LabelInputOptions extends SampleOptions {
  /** How many messages of the nearest topics. Default: 12. */
  contrast?: number;
  /** How many messages are kept back to test the name. Default: 3. */
  heldOut?: number;
  /** How many nearest topics count. Default: 4. */
  neighbours?: number;
}

/** What each topic is named from. SQL: `label_inputs('assignments', 'messages', 'topics')`. */
export function labelInputs<Id = bigint>(
  assignments: Relation,
  messages: Relation,
  model: Relation,
  options: LabelInputOptions = {},
): RawBuilder<LabelInputsTable<Id>> {
  const { n, contrast, heldOut: held_out, neighbours, seed, id, text } = options;
  const relations = [relation(assignments), relation(messages), relation(model)];
  return call('label_inputs', relations, { n, contrast, held_out, neighbours, seed, id, text });
}

/** The pairs of topics that may be one. SQL: `merge_candidates('topics', 'label_vectors')`. */
export function mergeCandidates(
  model: Relation,
  labels: Relation,
  options: { n?: number } = {},
): RawBuilder<{
  cluster_id: number;
  other_id: number;
  centroid_similarity: number | null;
  label_similarity: number | null;
  similarity: number | null;
}> {
  const { n } = options;
  return call('merge_candidates', [relation(model), relation(labels)], { n });
}

/** The messages that fit their topic least. SQL: `misfit_candidates('assignments', 'messages', 'label_vectors')`. */
export function misfitCandidates<Id = bigint>(
  assignments: Relation,
  messages: Relation,
  labels: Relation,
  options: ColumnOptions & { n?: number; share?: number } = {},
): RawBuilder<{
  id: Id;
  cluster_id: number;
  label_similarity: number | null;
  margin: number | null;
  misfit: number;
}> {
  const { n, share, id, embedding } = options;
  const relations = [relation(assignments), relation(messages), relation(labels)];
  return call('misfit_candidates', relations, { n, share, id, embedding });
}

/** The topic of each cluster, where pairs are joined. SQL: `topic_groups('pairs', 'topics')`. */
export function topicGroups(pairs: Relation, model: Relation): RawBuilder<TopicMapTable> {
  return call('topic_groups', [relation(pairs), relation(model)]);
}

export interface MatchTopicsOptions {
  /** Tables with (id, cluster_id), by which messages are followed: both or none. */
  oldAssignments?: Relation;
  newAssignments?: Relation;
  /** A table with every cluster_id that was ever used. */
  lineage?: Relation;
  /** Topics that share less of their messages are no match, from 0 to 1. Default: 0.25. */
  minOverlap?: number;
  /** Topics that moved further are no match, from 0 to 1. Default: 0.7. */
  maxShift?: number;
  /** A matched topic that moved no further is `kept`, from 0 to 1. Default: 0.33. */
  keptShift?: number;
  /** The share of a topic's messages that counts as a part of it, from 0 to 0.5. Default: 0.2. */
  minShare?: number;
}

/** What became of each topic of an earlier model. SQL: `match_topics('old_topics', 'topics')`. */
export function matchTopics(
  old: Relation,
  latest: Relation,
  options: MatchTopicsOptions = {},
): RawBuilder<{
  cluster_id: number;
  new_cluster_id: number | null;
  old_cluster_id: number | null;
  event: TopicEvent;
  from_ids: number[] | null;
  to_ids: number[] | null;
  shared: bigint | null;
  overlap: number | null;
  distance: number | null;
  shift: number | null;
}> {
  const { oldAssignments, newAssignments, lineage } = options;
  const { minOverlap: min_overlap, maxShift: max_shift, keptShift: kept_shift, minShare: min_share } = options;
  return call('match_topics', [relation(old), relation(latest)], {
    old_assignments: named(oldAssignments),
    new_assignments: named(newAssignments),
    lineage: named(lineage),
    min_overlap,
    max_shift,
    kept_shift,
    min_share,
  });
}

/** The rows of an Arrow IPC file. SQL: `read_arrow('messages.arrow')`. `Row` says which columns it has. */
export function readArrow<Row>(path: string): RawBuilder<Row> {
  return call('read_arrow', [path]);
}

export interface ReadNpyOptions {
  /** Reads only so many rows, in blocks at random places. Default: all. */
  sampleRows?: number;
  /** Another seed gives other places. Default: 1234. */
  seed?: number;
}

/** The rows of a NumPy matrix. SQL: `read_npy('embeddings.npy')`. */
export function readNpy(path: string, options: ReadNpyOptions = {}): RawBuilder<{ id: bigint; embedding: Embedding }> {
  const { sampleRows: sample_rows, seed } = options;
  return call('read_npy', [path], { sample_rows, seed });
}

function named(name: Relation | undefined): string | undefined {
  return name === undefined ? undefined : relation(name);
}
