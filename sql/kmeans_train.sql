-- kmeans_train(tbl, k := 100, embedding := 'embedding', niter := 20, seed := 1234, max_points_per_centroid := 256,
--   passes := 0)
--   returns: table (cluster_id INTEGER, centroid FLOAT[], size BIGINT)
--
-- Trains k centroids on the embeddings of a table.
--
-- `tbl` names a table, view, CTE or file, and `embedding` its column. FAISS' k-means runs `niter` iterations on a uniform sample
-- of k * `max_points_per_centroid` rows, as the aggregate `kmeans` says. Then come `passes` exact Lloyd passes over all rows, each
-- of which reads the table once more, in memory that does not depend on its length. size is the number of rows whose mean the
-- centroid is; NULL where `passes` is 0. cluster_id counts from 0. The same rows and seed give the same centroids, up to the
-- rounding of sums where `passes` > 0. Rows with a NULL embedding are skipped.
--
-- Errors: a missing table or column; k, niter or max_points_per_centroid < 1, passes < 0; fewer rows, or fewer distinct
-- embeddings, than k; embeddings of several dimensions, NaN or infinity.
--
-- Example:
--   SELECT cluster_id, size FROM kmeans_train('messages', k := 3, passes := 2);
CREATE OR REPLACE TEMP MACRO kmeans_train(
  tbl, k := 100, embedding := 'embedding', niter := 20, seed := 1234, max_points_per_centroid := 256, passes := 0
) AS TABLE
  WITH RECURSIVE _kmeans_pass(pass, centroids, sizes) AS (
    SELECT 0, kmeans(_row.embedding, k, niter, seed, max_points_per_centroid), NULL::BIGINT[]
    FROM (SELECT columns(_as_column(*, embedding)) AS embedding FROM query_table(_as_table(tbl))) AS _row
    WHERE _at_least(passes, 0, 'kmeans_train', 'passes') >= 0
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
