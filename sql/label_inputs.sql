-- label_inputs(assignments, messages, model, n := 20, contrast := 12, held_out := 3, neighbours := 4, seed := 1234, id := 'id', text := 'text')
--   returns: table (cluster_id, texts VARCHAR[], sample_ids, contrast VARCHAR[], held_out_texts VARCHAR[], held_out_ids, neighbours INTEGER[])
--
-- Gathers what each cluster is named from: random messages of it and of the clusters nearest to it.
--
-- `texts` are n messages drawn as by `cluster_samples`, `sample_ids` their ids. `contrast` are about as many messages of the nearest
-- clusters together as asked for, `neighbours` the ids of those clusters, nearest first. `held_out_texts` are further messages that the
-- name is not made from, to test it with; a cluster of fewer than twice `held_out` messages has none.
--
-- `assignments` and `messages` are as for `cluster_samples`, `model` as for `nearest_centroid`. Memory holds the samples only.
--
-- Errors: n < 1; contrast, held_out or neighbours < 0; those of `cluster_samples` and `nearest_centroids`.
--
-- Example:
--   SELECT cluster_id, len(texts) AS texts, len(contrast) AS contrast, neighbours FROM label_inputs('assignments', 'messages', 'topics');
CREATE OR REPLACE TEMP MACRO label_inputs(
  assignments, messages, model,
  n := 20, contrast := 12, held_out := 3, neighbours := 4, seed := 1234, id := 'id', text := 'text'
) AS TABLE
  WITH
    _label_drawn AS (
      SELECT
        _drawn.cluster_id,
        _drawn.id,
        _drawn.text,
        row_number() OVER (PARTITION BY _drawn.cluster_id ORDER BY hash(hash(_drawn.id, seed)), _drawn.id) AS position,
        count(*) OVER (PARTITION BY _drawn.cluster_id) AS drawn
      FROM cluster_samples(assignments, messages, n := _at_least(n, 1, 'label_inputs', 'n') + _at_least(held_out, 0, 'label_inputs', 'held_out'), seed := seed, id := id, text := text) AS _drawn
    ),
    _label_message AS (
      SELECT *, drawn >= 2 * held_out AND position > drawn - held_out AS is_held_out
      FROM _label_drawn
    ),
    _label_cluster AS (
      SELECT
        _message.cluster_id,
        list(_message.text ORDER BY _message.position) FILTER (NOT _message.is_held_out) AS texts,
        list(_message.id ORDER BY _message.position) FILTER (NOT _message.is_held_out) AS sample_ids,
        coalesce(list(_message.text ORDER BY _message.position) FILTER (_message.is_held_out), []) AS held_out_texts,
        coalesce(list(_message.id ORDER BY _message.position) FILTER (_message.is_held_out), []) AS held_out_ids
      FROM _label_message AS _message
      GROUP BY _message.cluster_id
    ),
    _label_near AS (
      SELECT _topic.cluster_id, unnest(_topic.near).cluster_id AS near_id, generate_subscripts(_topic.near, 1) AS place
      FROM (
        SELECT _model.cluster_id, nearest_centroids(_model.centroid, model, _at_least(neighbours, 0, 'label_inputs', 'neighbours') + 1) AS near
        FROM query_table(_as_table(model)) AS _model
        WHERE _model.centroid IS NOT NULL
      ) AS _topic
    ),
    _label_neighbour AS (
      SELECT
        _near.cluster_id,
        list(_near.near_id ORDER BY _near.place) AS neighbours,
        flatten(list(_cluster.texts[:least(_at_least(contrast, 0, 'label_inputs', 'contrast'), greatest(1, contrast // neighbours))] ORDER BY _near.place)) AS contrast
      FROM _label_near AS _near
      JOIN _label_cluster AS _cluster ON _cluster.cluster_id = _near.near_id
      WHERE _near.near_id <> _near.cluster_id
      GROUP BY _near.cluster_id
    )
  SELECT
    _cluster.cluster_id,
    _cluster.texts,
    _cluster.sample_ids,
    coalesce(_neighbour.contrast, []) AS contrast,
    _cluster.held_out_texts,
    _cluster.held_out_ids,
    coalesce(_neighbour.neighbours, []) AS neighbours
  FROM _label_cluster AS _cluster
  LEFT JOIN _label_neighbour AS _neighbour USING (cluster_id)
  ORDER BY _cluster.cluster_id;
