-- misfit_candidates(assignments, messages, labels, n := 200, share := 0.05, id := 'id', embedding := 'embedding')
--   returns: table (id, cluster_id, label_similarity FLOAT, margin FLOAT, misfit DOUBLE)
--
-- Finds the messages that fit their topic least.
--
-- Each message is ranked within its topic twice: by the cosine of its embedding and that of its topic's label (least similar first),
-- and by its margin between the nearest and the second nearest centroid (smallest first). `misfit` is 1 minus the mean of the two ranks
-- as shares of the topic: near 1 for the worst. The worst `share` of each topic are candidates, the n worst of all come back.
--
-- `assignments` is as `assign_clusters` gives it; `messages` names a table with the columns `id` and `embedding`; `labels` one
-- with `cluster_id` and `centroid`, the embedding of the topic's label. Labels count only where their embedding has as many dimensions as
-- the message's: `label_similarity` is NULL otherwise, and the margin alone decides. Memory holds four numbers a message.
--
-- Errors: n < 1; share outside (0, 1]; a missing table or column.
--
-- Example:
--   SELECT * FROM misfit_candidates('assignments', 'messages', 'topic_vectors', n := 3);
CREATE OR REPLACE TEMP MACRO misfit_candidates(
  assignments, messages, labels, n := 200, share := 0.05, id := 'id', embedding := 'embedding'
) AS TABLE
  WITH _misfit_fit AS (
    SELECT
      _assigned.id,
      _assigned.cluster_id,
      _assigned.margin,
      CASE
        WHEN len(_message.embedding) = len(_label.centroid)
          THEN list_cosine_similarity(_message.embedding::FLOAT[], _label.centroid::FLOAT[])
      END AS label_similarity
    FROM query_table(_as_table(assignments)) AS _assigned
    JOIN (
      SELECT columns(_as_column(*, id)) AS id, columns(_as_column(*, embedding)) AS embedding
      FROM query_table(_as_table(messages))
    ) AS _message
      ON _message.id = _assigned.id
    LEFT JOIN query_table(_as_table(labels)) AS _label ON _label.cluster_id = _assigned.cluster_id
    WHERE _assigned.cluster_id IS NOT NULL
  ),
  _misfit_ranked AS (
    SELECT
      *,
      percent_rank() OVER (PARTITION BY cluster_id ORDER BY label_similarity NULLS FIRST) AS label_rank,
      percent_rank() OVER (PARTITION BY cluster_id ORDER BY margin NULLS LAST) AS margin_rank
    FROM _misfit_fit
  ),
  _misfit_scored AS (
    SELECT *, 1 - CASE WHEN label_similarity IS NULL THEN margin_rank ELSE (label_rank + margin_rank) / 2 END AS misfit
    FROM _misfit_ranked
  )
  SELECT _scored.id, _scored.cluster_id, _scored.label_similarity::FLOAT AS label_similarity, _scored.margin, _scored.misfit
  FROM (
    SELECT *, row_number() OVER (PARTITION BY cluster_id ORDER BY misfit DESC, id) AS place, count(*) OVER (PARTITION BY cluster_id) AS size
    FROM _misfit_scored
  ) AS _scored
  WHERE _scored.place <= ceil(
    _scored.size * (CASE
      WHEN share::DOUBLE > 0 AND share::DOUBLE <= 1 THEN share::DOUBLE
      ELSE error('misfit_candidates: expected share in (0, 1], got ' || coalesce(share::VARCHAR, 'NULL'))
    END)::DOUBLE
  )
  ORDER BY _scored.misfit DESC, _scored.id
  LIMIT (SELECT _at_least(n, 1, 'misfit_candidates', 'n'));
