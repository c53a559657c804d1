-- kmeans_train(tbl, k := 100, embedding := 'embedding', niter := 20, seed := 1234, max_points_per_centroid := 256,
--   passes := 0, init := 'kmeans++', sample := 'uniform')
--   returns: table (cluster_id INTEGER, centroid FLOAT[], size BIGINT)
--
-- Trains k centroids on the embeddings of a table.
--
-- `tbl` names a table, view, CTE or file, and `embedding` its column. FAISS' k-means runs `niter` iterations on a uniform sample
-- of k * `max_points_per_centroid` rows, from first centroids chosen by `init`, as the aggregate `kmeans` says. Then come `passes`
-- exact Lloyd passes over all rows, each of which reads the table once more, in memory that does not depend on its length. size is
-- the number of rows whose mean the centroid is; NULL where `passes` is 0. cluster_id counts from 0. The same rows and seed give the
-- same centroids, up to the rounding of sums where `passes` > 0. Rows with a NULL embedding are skipped.
--
-- `sample` is 'uniform' or 'blocks'. 'uniform' reads every row, and each is as likely to be in the sample as any other, whatever
-- its place. 'blocks' reads blocks of neighbouring rows at random places and leaves out the embeddings of the rest: for `tbl` an
-- .npy file 16 KB in a block; a DuckDB table 2,048 rows; a Parquet file 16,384 rows. A row is then as likely as any other too, but
-- neighbours come together: take 'blocks' where the order of the rows has no meaning, or one that changes within a few blocks. Of
-- views, CTEs and other files 'blocks' reads all rows, as 'uniform' does. Of several Parquet files the same places of each are read,
-- as many as of one: of n files n times as much. Rows of a table that were deleted since the last CHECKPOINT leave holes in blocks:
-- where those are more than half, the sample is smaller than k * `max_points_per_centroid`.
--
-- Errors: a missing table or column; k, niter or max_points_per_centroid < 1, passes < 0; another `init` or `sample`; fewer rows,
-- or fewer distinct embeddings, than k; embeddings of several dimensions, NaN or infinity.
--
-- Example:
--   SELECT cluster_id, size FROM kmeans_train('messages', k := 3, passes := 2);
CREATE OR REPLACE TEMP MACRO kmeans_train(
  tbl, k := 100, embedding := 'embedding', niter := 20, seed := 1234, max_points_per_centroid := 256, passes := 0,
  init := 'kmeans++', sample := 'uniform'
) AS TABLE
  WITH RECURSIVE _kmeans_blocks AS (
    FROM query(_sampled_blocks(tbl, sample, k, max_points_per_centroid, seed))
  ),
  _kmeans_pass(pass, centroids, sizes) AS (
    SELECT 0, kmeans(_row.embedding, k, niter, seed, max_points_per_centroid, init), NULL::BIGINT[]
    FROM (
      SELECT columns(_as_column(*, embedding)) AS embedding
      FROM query_table(_sampled_table(tbl, sample, k, max_points_per_centroid, seed, '_kmeans_blocks'))
    ) AS _row
    WHERE _at_least(passes, 0, 'kmeans_train', 'passes') >= 0
      AND _one_of(sample, ['uniform', 'blocks'], 'kmeans_train', 'sample') IS NOT NULL
    UNION ALL
    SELECT _done.pass + 1, _done.step.centroids, _done.step.sizes
    FROM (
      SELECT _last.pass, kmeans_step(_row.embedding, _last.centroids) AS step
      FROM (SELECT columns(_as_column(*, embedding)) AS embedding FROM query_table(_as_table(tbl))) AS _row, _kmeans_pass AS _last
      WHERE _last.pass < passes::BIGINT
      GROUP BY _last.pass
    ) AS _done
  )
  SELECT
    unnest(range(len(_trained.centroids)))::INTEGER AS cluster_id,
    unnest(_trained.centroids) AS centroid,
    unnest(_trained.sizes) AS size
  FROM _kmeans_pass AS _trained
  WHERE _trained.pass = _at_least(passes, 0, 'kmeans_train', 'passes');
