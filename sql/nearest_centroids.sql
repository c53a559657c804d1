-- nearest_centroids(embedding, model, n)
--   returns: STRUCT(cluster_id, distance FLOAT)[]
--
-- Returns the n nearest centroids of the embedding, nearest first, with their squared L2 distances.
--
-- `model` is as for `nearest_centroid`, which gives the cluster_id of the first item. The list is shorter where the model has
-- fewer than n rows. A NULL embedding or n gives NULL.
--
-- Errors: n < 1, and those of `nearest_centroid`.
--
-- Example:
--   SELECT id, nearest_centroids(embedding, 'topics', 2) AS nearest FROM messages LIMIT 3;
CREATE OR REPLACE TEMP MACRO nearest_centroids(embedding, model, n) AS
  -- A lambda cannot hold a subquery, so the ids are handed to it in a struct.
  list_transform(
    [{
      'nearest': _checked(nearest_centroid_list(embedding, _centroids(model), n), model),
      'cluster_ids': _cluster_ids(model)
    }],
    lambda found: list_transform(
      found.nearest,
      lambda item: {'cluster_id': found.cluster_ids[item.index + 1], 'distance': item.distance}
    )
  )[1];
