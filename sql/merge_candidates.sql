-- merge_candidates(model, labels, n := 5)
--   returns: table (cluster_id, other_id, centroid_similarity FLOAT, label_similarity FLOAT, similarity FLOAT)
--
-- Finds the pairs of topics that may be one: each topic with the n nearest by centroid and the n nearest by label.
--
-- `model` is as for `nearest_centroid`; `labels` names a table with the columns `cluster_id` and `centroid`, where `centroid` is the
-- embedding of the topic's label (`embed_text(label)`). The similarities are cosines; `similarity` is their mean. Every pair comes
-- once, cluster_id < other_id, the most similar first. Only neighbours are compared, so that the number of pairs grows with the
-- number of topics and not with its square.
--
-- Errors: n < 1; those of `nearest_centroids`.
--
-- Example:
--   SELECT * FROM merge_candidates('topics', 'topic_vectors', n := 1) LIMIT 3;
CREATE OR REPLACE TEMP MACRO merge_candidates(model, labels, n := 5) AS TABLE
  WITH _merge_pair AS (
    SELECT DISTINCT least(_near.cluster_id, _near.near_id) AS cluster_id, greatest(_near.cluster_id, _near.near_id) AS other_id
    FROM (
      SELECT _topic.cluster_id, unnest(nearest_centroids(_topic.centroid, model, _at_least(n, 1, 'merge_candidates', 'n') + 1)).cluster_id AS near_id
      FROM query_table(_as_table(model)) AS _topic
      WHERE _topic.centroid IS NOT NULL
      UNION ALL
      SELECT _label.cluster_id, unnest(nearest_centroids(_label.centroid, labels, _at_least(n, 1, 'merge_candidates', 'n') + 1)).cluster_id AS near_id
      FROM query_table(_as_table(labels)) AS _label
      WHERE _label.centroid IS NOT NULL
    ) AS _near
    WHERE _near.cluster_id <> _near.near_id
  ),
  _merge_compared AS (
    SELECT
      _pair.cluster_id,
      _pair.other_id,
      list_cosine_similarity(_a.centroid::FLOAT[], _b.centroid::FLOAT[]) AS centroid_similarity,
      list_cosine_similarity(_c.centroid::FLOAT[], _d.centroid::FLOAT[]) AS label_similarity
    FROM _merge_pair AS _pair
    JOIN query_table(_as_table(model)) AS _a ON _a.cluster_id = _pair.cluster_id
    JOIN query_table(_as_table(model)) AS _b ON _b.cluster_id = _pair.other_id
    JOIN query_table(_as_table(labels)) AS _c ON _c.cluster_id = _pair.cluster_id
    JOIN query_table(_as_table(labels)) AS _d ON _d.cluster_id = _pair.other_id
  )
  SELECT
    _compared.cluster_id,
    _compared.other_id,
    _compared.centroid_similarity::FLOAT AS centroid_similarity,
    _compared.label_similarity::FLOAT AS label_similarity,
    ((_compared.centroid_similarity + _compared.label_similarity) / 2)::FLOAT AS similarity
  FROM _merge_compared AS _compared
  ORDER BY similarity DESC, _compared.cluster_id, _compared.other_id;
