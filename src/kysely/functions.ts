import { type Expression, type RawBuilder, sql } from 'kysely';
import { call, type Relation, relation } from './call.ts';
import type { Texts } from './database.ts';

/** A column with embeddings, or one embedding as an array of numbers. */
export type EmbeddingInput<E extends readonly number[] | null> = Expression<E> | readonly number[];

/** Texts in a column, or as an array. */
export type TextsInput = Expression<Texts | null> | readonly (string | null)[];

/** NULL where the input may be NULL. */
type Result<E, T> = null extends E ? T | null : T;

/**
 * The cluster_id of the centroid that is nearest to an embedding.
 *
 * ```ts
 * db.selectFrom('messages').select(({ ref }) => ['id', nearestCentroid(ref('embedding'), 'topics').as('cluster_id')])
 * ```
 *
 * SQL: `nearest_centroid("embedding", 'topics')`. `model` names a table, view, CTE or file with the columns `cluster_id` and `centroid`.
 */
export function nearestCentroid<E extends readonly number[] | null = number[]>(
  embedding: EmbeddingInput<E>,
  model: Relation,
): RawBuilder<Result<E, number>> {
  return call('nearest_centroid', [argument(embedding), relation(model)]);
}

/** The n nearest centroids with their squared distances, nearest first. SQL: `nearest_centroids("embedding", 'topics', 3)`. */
export function nearestCentroids<E extends readonly number[] | null = number[]>(
  embedding: EmbeddingInput<E>,
  model: Relation,
  n: number,
): RawBuilder<Result<E, { cluster_id: number; distance: number }[]>> {
  return call('nearest_centroids', [argument(embedding), relation(model), n]);
}

/** An embedding at length 1. SQL: `l2_normalize("embedding")`. */
export function l2Normalize<E extends readonly number[] | null = number[]>(
  embedding: EmbeddingInput<E>,
): RawBuilder<Result<E, number[]>> {
  return call('l2_normalize', [argument(embedding)]);
}

/** The mean of embeddings, an aggregate; NULL where there are none. SQL: `vector_mean("embedding")`. */
export function vectorMean(embedding: Expression<readonly number[] | null>): RawBuilder<number[] | null> {
  return call('vector_mean', [embedding]);
}

/** The name of a cluster, from a sample of its messages, told from those of others. SQL: `label_cluster("texts", "contrast")`. */
export function labelCluster(texts: TextsInput, contrast?: TextsInput): RawBuilder<string | null> {
  return call('label_cluster', inputs(texts, contrast));
}

/** The name, a description and the keywords of a cluster. SQL: `describe_cluster("texts", "contrast")`. */
export function describeCluster(texts: TextsInput, contrast?: TextsInput): RawBuilder<ClusterDescription | null> {
  return call('describe_cluster', inputs(texts, contrast));
}

export interface ClusterDescription {
  label: string;
  description: string;
  keywords: string[];
}

/** A text as an embedding. SQL: `embed_text("text")`. */
export function embedText<T extends string | null = string>(
  text: Expression<T> | string,
): RawBuilder<Result<T, number[]>> {
  return call('embed_text', [typeof text === 'string' ? sql.val(text) : text]);
}

function argument(embedding: EmbeddingInput<readonly number[] | null>): Expression<unknown> {
  return 'toOperationNode' in embedding ? embedding : sql.val([...embedding]);
}

function inputs(texts: TextsInput, contrast: TextsInput | undefined): Expression<unknown>[] {
  const given = contrast === undefined ? [texts] : [texts, contrast];
  return given.map((input) => ('toOperationNode' in input ? input : sql.val([...input])));
}
