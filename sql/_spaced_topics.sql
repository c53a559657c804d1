-- The topics of a model with the distance (L2) to their nearest neighbour in it: (cluster_id INTEGER, centroid FLOAT[], spacing DOUBLE).
--
-- spacing is NULL where there is one topic. An error where there is none, or where an id is NULL, comes twice or is no whole number.
CREATE OR REPLACE TEMP MACRO _spaced_topics(model) AS TABLE
  SELECT
    CASE
      WHEN _topic.rows = 0 THEN error('invalid model ' || model || ': expected at least 1 row, got 0')
      WHEN _topic.times > 1
        THEN error('invalid model ' || model || ': expected each cluster_id once, got ' || _topic.cluster_id || ' several times')
      ELSE _whole_id(_topic.cluster_id, 'model ' || model)
    END AS cluster_id,
    _topic.centroid::FLOAT[] AS centroid,
    sqrt(nearest_centroids(_topic.centroid, model, 2)[2].distance::DOUBLE) AS spacing
  FROM (
    SELECT _row.cluster_id, _row.centroid, count(_row.cluster_id) OVER (PARTITION BY _row.cluster_id) AS times, _all.rows
    FROM (SELECT count(*) AS rows FROM query_table(_as_table(model))) AS _all
    LEFT JOIN (
      SELECT columns(_as_column(*, 'cluster_id')) AS cluster_id, columns(_as_column(*, 'centroid')) AS centroid
      FROM query_table(_as_table(model))
    ) AS _row ON true
  ) AS _topic;
