-- nearest_centroid(embedding, model)
--   returns: the type of the model's cluster_id
--
-- Returns the cluster_id of the centroid that is nearest to the embedding, by L2 distance.
--
-- `model` names a table, view, CTE or file with the columns `cluster_id` and `centroid`, such as `kmeans_train` gives; several
-- rows may share a cluster_id. It is read once a query and as the query sees it: temporary tables and uncommitted rows count.
-- The search is exact; of centroids at the same distance the lowest cluster_id is taken. A NULL embedding gives NULL.
--
-- In a JOIN condition DuckDB compares every pair of rows, and in a window function or an EXISTS it carries all centroids along
-- with every row. Compute the id in a subquery first: FROM (SELECT *, nearest_centroid(embedding, 'topics') AS cluster_id ...).
--
-- Errors: a model without rows, with a NULL or without one of the two columns; an embedding of another dimension than the
-- centroids, NaN or infinity.
--
-- Example:
--   SELECT id, nearest_centroid(embedding, 'topics') AS cluster_id FROM messages LIMIT 3;
CREATE OR REPLACE TEMP MACRO nearest_centroid(embedding, model) AS
  _checked(_cluster_ids(model)[nearest_centroid_index(embedding, _centroids(model)) + 1], model);
