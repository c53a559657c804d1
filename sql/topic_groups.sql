-- topic_groups(pairs, model)
--   returns: table (cluster_id, topic_id)
--
-- Joins topics that pairs connect: one row a topic, with the id of the largest one among all that it is connected with.
--
-- `pairs` names a table with the columns `cluster_id` and `other_id`, `model` one with `cluster_id` and `size`. Connections are followed
-- through any number of pairs. Of topics of equal size the lowest id counts. A topic without a pair is its own.
--
-- Errors: a missing table or column.
--
-- Example:
--   SELECT * FROM topic_groups('topic_pairs', 'topics') WHERE cluster_id <> topic_id;
CREATE OR REPLACE TEMP MACRO topic_groups(pairs, model) AS TABLE
  WITH RECURSIVE _group_edge AS (
    SELECT _pair.cluster_id AS a, _pair.other_id AS b FROM query_table(_as_table(pairs)) AS _pair
    UNION
    SELECT _pair.other_id AS a, _pair.cluster_id AS b FROM query_table(_as_table(pairs)) AS _pair
  ),
  _group_reached AS (
    SELECT _topic.cluster_id, _topic.cluster_id AS reached FROM query_table(_as_table(model)) AS _topic
    UNION
    SELECT _reached.cluster_id, _edge.b AS reached
    FROM _group_reached AS _reached
    JOIN _group_edge AS _edge ON _edge.a = _reached.reached
  )
  SELECT
    _reached.cluster_id,
    arg_min(_topic.cluster_id, {'order': -coalesce(_topic.size, 0), 'id': _topic.cluster_id}) AS topic_id
  FROM _group_reached AS _reached
  JOIN query_table(_as_table(model)) AS _topic ON _topic.cluster_id = _reached.reached
  GROUP BY _reached.cluster_id
  ORDER BY _reached.cluster_id;
