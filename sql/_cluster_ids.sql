-- The ids of a model as one list, at the same positions as _centroids(model). Several centroids may share an id.
CREATE OR REPLACE TEMP MACRO _cluster_ids(model) AS (
  SELECT list(
    CASE
      WHEN _topic.cluster_id IS NULL THEN error('invalid model ' || model || ': expected a cluster_id in every row, got NULL')
      ELSE _topic.cluster_id
    END
    ORDER BY _topic.cluster_id
  )
  FROM (SELECT columns(_as_column(*, 'cluster_id')) AS cluster_id FROM query_table(_as_table(model))) AS _topic
);
