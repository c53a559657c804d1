-- assign_clusters(tbl, model, id := 'id', embedding := 'embedding')
--   returns: table (id, cluster_id, distance FLOAT, margin FLOAT)
--
-- Assigns every row of a table to its nearest centroid.
--
-- `tbl` names a table, view, CTE or file; `id` and `embedding` name its columns, of which `id` comes back as it is and
-- must be unique where other functions join by it. `model` is as for `nearest_centroid`. distance is the squared L2 distance to the nearest centroid. margin is the distance to the second
-- nearest minus distance: close to 0 on the border between two topics, and NULL where the model has one row. A row whose
-- embedding is NULL comes back with NULLs, so that the result has the rows of `tbl`.
--
-- Errors: a missing table or column, and those of `nearest_centroid`.
--
-- Example:
--   SELECT * FROM assign_clusters('messages', 'topics') LIMIT 3;
CREATE OR REPLACE TEMP MACRO assign_clusters(tbl, model, id := 'id', embedding := 'embedding') AS TABLE
  SELECT
    _message.id,
    _cluster_ids(model)[_message.nearest[1].index + 1] AS cluster_id,
    _message.nearest[1].distance AS distance,
    _message.nearest[2].distance - _message.nearest[1].distance AS margin
  FROM (
    SELECT
      _row.id,
      _checked(nearest_centroid_list(_row.embedding, _centroids(model), 2), model) AS nearest
    FROM (
      SELECT columns(_as_column(*, id)) AS id, columns(_as_column(*, embedding)) AS embedding
      FROM query_table(_as_table(tbl))
    ) AS _row
  ) AS _message;
