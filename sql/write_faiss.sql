-- write_faiss(model, path)
--   returns: BIGINT
--
-- Writes a model to a FAISS index file; returns the number of centroids.
--
-- `model` names a table, view, CTE or file with the columns `cluster_id` and `centroid`. The file holds an IndexFlatL2 whose row i
-- is the centroid with cluster_id i; where the ids are not 0, 1, 2, ... an IndexIDMap2 over one keeps them (an IndexIDMap where
-- several centroids share an id). Python's faiss.read_index and any other program that uses FAISS read it, and so does
-- read_faiss. It appears whole or not at all, and takes the place of a file of that name.
--
-- Errors: a missing table or column; no rows; a cluster_id that is NULL or negative; centroids of several dimensions, NaN or
-- infinity; a path that cannot be written.
--
-- Example:
--   SELECT write_faiss('topics', 'topics.faiss') AS written;
CREATE OR REPLACE TEMP MACRO write_faiss(model, path) AS (
  SELECT write_faiss_index(
    coalesce(list(_topic.centroid ORDER BY _topic.cluster_id, _topic.centroid), []),
    coalesce(list(_topic.cluster_id::BIGINT ORDER BY _topic.cluster_id), []),
    path
  )
  FROM (
    SELECT
      columns(_as_column(*, 'cluster_id')) AS cluster_id,
      columns(_as_column(*, 'centroid')) AS centroid
    FROM query_table(_as_table(model))
  ) AS _topic
);
