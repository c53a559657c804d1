import { type DuckTopics, open } from '../../src/index.ts';

/** A database with a model `topics`: k random centroids of d dimensions, their ids 0, step, 2 step, ... */
export async function withTopics(k: number, d: number, step = 1): Promise<DuckTopics> {
  const db = await open();
  await db.connection.run(
    `CREATE TABLE topics AS SELECT (id * ${step})::INTEGER AS cluster_id, embedding::FLOAT[] AS centroid
     FROM synthetic_embeddings(${k}, ${d}, seed := ${step})`,
  );
  return db;
}

/** How many rows of a model are not in `topics`, or of `topics` not in the model. */
export async function differences(db: DuckTopics, model: string): Promise<number> {
  const [row] = await db.query<{ n: bigint }>(
    `SELECT count(*) AS n FROM (SELECT cluster_id, centroid FROM ${model}) AS a FULL JOIN topics AS b USING (cluster_id)
     WHERE a.centroid IS DISTINCT FROM b.centroid`,
  );
  return Number(row?.n);
}
