-- cluster_samples(assignments, messages, n := 20, seed := 1234, id := 'id', text := 'text')
--   returns: table (cluster_id, id, text)
--
-- Draws n random messages of each cluster.
--
-- `assignments` names a table, view, CTE or file with the columns `id` and `cluster_id`, such as `assign_clusters` gives;
-- `messages` another one, whose columns `id` and `text` name. `id` must be unique in both:
-- rows that share one are joined each with each. The same ids and seed give the same messages, in any order
-- of the rows and with any number of threads; another version of DuckDB may give others. Clusters with fewer than n messages give
-- all. Memory holds n ids a cluster, whatever the number of rows. Ordered by cluster_id, then at random.
--
-- Errors: n < 1; a missing table or column.
--
-- Example:
--   SELECT * FROM cluster_samples('assignments', 'messages', n := 2);
CREATE OR REPLACE TEMP MACRO cluster_samples(assignments, messages, n := 20, seed := 1234, id := 'id', text := 'text') AS TABLE
  SELECT _sampled.cluster_id, _message.id, _message.text
  FROM (
    SELECT _cluster.cluster_id, unnest(_cluster.ids) AS drawn
    FROM _sampled_ids(assignments, _at_least(n, 1, 'cluster_samples', 'n'), seed) AS _cluster
  ) AS _sampled
  JOIN (
    SELECT columns(_as_column(*, id)) AS id, columns(_as_column(*, text)) AS text
    FROM query_table(_as_table(messages))
  ) AS _message
    ON _message.id = _sampled.drawn.id
  ORDER BY _sampled.cluster_id, _sampled.drawn.priority, _sampled.drawn.id;
