-- The centroids of a model as one list, in the order of their ids.
--
-- A scalar subquery of one row: DuckDB computes it once and hands it on as a constant.
CREATE OR REPLACE TEMP MACRO _centroids(model) AS (
  SELECT list(_topic.centroid ORDER BY _topic.cluster_id)
  FROM (
    SELECT
      columns(_as_column(*, 'cluster_id')) AS cluster_id,
      columns(_as_column(*, 'centroid')) AS centroid
    FROM query_table(_as_table(model))
  ) AS _topic
);
