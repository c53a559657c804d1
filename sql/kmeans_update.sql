-- kmeans_update(model, tbl, embedding := 'embedding')
--   returns: table (cluster_id, centroid FLOAT[], size BIGINT, added BIGINT)
--
-- Folds new rows into the centroids of a model, each by its count: mini-batch k-means, without a look at the earlier rows.
--
-- `model` is as for `nearest_centroid`, with the column size, such as `kmeans_train` gives with passes >= 1 and this macro itself; `tbl` and
-- `embedding` are as for `kmeans_train`. Each row goes to the nearest centroid as it was before. A centroid that stands for size rows
-- and gets n moves to (size * centroid + their sum) / (size + n), where every row would have taken it one step of 1 / count (Sculley,
-- Web-scale k-means clustering, WWW 2010). size grows by n, which is added. Ids, and centroids without new rows, stay as they are; rows
-- with a NULL embedding are skipped; without rows the model comes back unchanged. Ordered by cluster_id.
--
-- Fold each row once: CREATE OR REPLACE TABLE topics AS FROM kmeans_update('topics', 'new_messages'). No topic is born, ends or is split
-- in this way: `kmeans_retrain` is for that.
--
-- Errors: a missing table or column; a model without rows, or with a size that is NULL or negative; embeddings of another dimension
-- than the centroids, NaN or infinity.
--
-- Example:
--   SELECT cluster_id, size, added FROM kmeans_update('topics', 'messages') LIMIT 3;
CREATE OR REPLACE TEMP MACRO kmeans_update(model, tbl, embedding := 'embedding') AS TABLE
  WITH
    _update_model AS MATERIALIZED (
      SELECT
        _row.cluster_id,
        _row.centroid::FLOAT[] AS centroid,
        CASE
          WHEN _row.size::BIGINT >= 0 THEN _row.size::BIGINT
          ELSE error(
            'kmeans_update: expected a size in every row of ' || model || ', got ' || coalesce(_row.size::VARCHAR, 'NULL')
            || ' for cluster_id ' || coalesce(_row.cluster_id::VARCHAR, 'NULL') || '; train with passes := 1 or more'
          )
        END AS size,
        row_number() OVER (ORDER BY _row.cluster_id, _row.centroid) AS place
      FROM (
        SELECT
          columns(_as_column(*, 'cluster_id')) AS cluster_id,
          columns(_as_column(*, 'centroid')) AS centroid,
          columns(_as_column(*, 'size')) AS size
        FROM query_table(_as_table(model))
      ) AS _row
    ),
    _update_centroids AS MATERIALIZED (
      SELECT
        CASE
          WHEN count(*) = 0 THEN error('invalid model ' || model || ': expected at least 1 row, got 0')
          ELSE list(_topic.centroid ORDER BY _topic.place)
        END AS centroids,
        count(*) AS n
      FROM _update_model AS _topic
    ),
    _update_step AS MATERIALIZED (
      SELECT kmeans_step(_row.embedding, _all.centroids) AS step
      FROM (SELECT columns(_as_column(*, embedding)) AS embedding FROM query_table(_as_table(tbl))) AS _row, _update_centroids AS _all
      WHERE _row.embedding IS NOT NULL
      -- Without rows there is no group, and so no step.
      GROUP BY _all.n
    )
  SELECT
    _topic.cluster_id,
    CASE
      WHEN coalesce(_step.step.sizes[_topic.place], 0) = 0 THEN _topic.centroid
      ELSE list_transform(
        list_zip(_topic.centroid, _step.step.centroids[_topic.place]),
        lambda pair: (
          pair[1]::DOUBLE + (pair[2]::DOUBLE - pair[1]) * (_step.step.sizes[_topic.place] / (_topic.size + _step.step.sizes[_topic.place]))
        )::FLOAT
      )
    END AS centroid,
    _topic.size + coalesce(_step.step.sizes[_topic.place], 0) AS size,
    coalesce(_step.step.sizes[_topic.place], 0) AS added
  FROM _update_model AS _topic
  LEFT JOIN _update_step AS _step ON true
  WHERE (SELECT len(_all.centroids) FROM _update_centroids AS _all) > 0
  ORDER BY _topic.place;
