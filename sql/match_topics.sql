-- match_topics(old, new, old_assignments := NULL, new_assignments := NULL, lineage := NULL, min_overlap := 0.25,
--   max_shift := 0.7, kept_shift := 0.33, min_share := 0.2)
--   returns: table (cluster_id INTEGER, new_cluster_id INTEGER, old_cluster_id INTEGER, event VARCHAR, from_ids INTEGER[], to_ids INTEGER[], shared BIGINT, overlap DOUBLE, distance DOUBLE, shift DOUBLE)
--
-- Finds the topics of an earlier model in a new one, so that they keep their ids, and tells what became of each.
--
-- `old` and `new` are models as for `nearest_centroid`, with one row for each id. The result has a row for each topic of either.
-- cluster_id is the id from now on: that of old_cluster_id where the new topic new_cluster_id is matched with an old one, otherwise the
-- next number above all old ids, and above all of `lineage`, a table with every cluster_id that was ever used. new_cluster_id is NULL for
-- an old topic that has ended, old_cluster_id for one that has begun.
--
-- `old_assignments` and `new_assignments` name tables with (id, cluster_id), by which messages are followed: shared is the number of
-- messages in both topics, and overlap their share of the messages in either (Jaccard), of those that both tables know. distance is that of
-- the centroids (L2), and shift the same as a part of the distance from either to its nearest neighbour in its own model, whichever is
-- smaller. Topics with overlap < `min_overlap` or shift > `max_shift` are no match. Without the tables shift decides alone; of an
-- old topic without such messages too, but not above 0.5. Of all ways to pair what may match the best is taken (`optimal_assignment`), by
-- overlap and 1 - shift. Topics that share more than half of their messages always match, however far they moved; without messages those
-- with shift < 0.5 do.
--
-- event is `kept` where the two are matched and shift <= `kept_shift`, and `moved` with a larger shift. It is `split` where several topics
-- came from one: at least two hold `min_share` of its messages each, half of them together, and got half of their known messages from it.
-- It is `merged` where one topic came from several: at least two gave it half of their messages each, and are `min_share` of its known
-- messages each, half together; and for an old topic that has ended, while half of its messages went to one topic. What begins or ends
-- in another way is `new` or `retired`. (MONIC, Spiliopoulou et al., KDD 2006, has the idea.) from_ids are the old topics that gave
-- `min_share` of their messages or make up `min_share` of the topic, to_ids the topics that an old one went to in this sense; a matched topic
-- comes from and goes to itself. shift is NULL where both models have one topic.
--
-- Errors: a missing table or column; a model without rows, or with an id that comes twice; a cluster_id that is no whole number; one
-- table of assignments without the other; centroids of several dimensions; min_overlap, max_shift, kept_shift or min_share out of range.
--
-- Example:
--   SELECT cluster_id, event, from_ids, round(shift, 2) AS shift FROM match_topics('topics', 'topics') LIMIT 3;
CREATE OR REPLACE TEMP MACRO match_topics(
  old, new, old_assignments := NULL, new_assignments := NULL, lineage := NULL, min_overlap := 0.25, max_shift := 0.7, kept_shift := 0.33,
  min_share := 0.2
) AS TABLE
  WITH
    _match_none AS (SELECT NULL::INTEGER AS id, NULL::INTEGER AS cluster_id WHERE false),
    _match_limit AS (
      SELECT
        _in_range(min_overlap, 0, 1, 'match_topics', 'min_overlap') AS overlap,
        _in_range(max_shift, 0, 1, 'match_topics', 'max_shift') AS shift,
        _in_range(kept_shift, 0, 1, 'match_topics', 'kept_shift') AS kept,
        _in_range(min_share, 0, 0.5, 'match_topics', 'min_share') AS share,
        CASE
          WHEN (old_assignments IS NULL) <> (new_assignments IS NULL)
            THEN error('match_topics: expected old_assignments and new_assignments, got one of them')
        END AS checked
    ),
    _match_old AS (SELECT _topic.* FROM _spaced_topics(old) AS _topic),
    _match_new AS (SELECT _topic.* FROM _spaced_topics(new) AS _topic),
    -- How many messages went from where to where: f of the old topic's messages, b of those that are known of the new one.
    _match_common AS (
      SELECT
        _whole_id(_was.cluster_id, 'assignments ' || old_assignments) AS old_id,
        _whole_id(_is.cluster_id, 'assignments ' || new_assignments) AS new_id,
        count(*) AS shared
      FROM (
        SELECT columns(_as_column(*, 'id')) AS id, columns(_as_column(*, 'cluster_id')) AS cluster_id
        FROM query_table(coalesce(_as_table(old_assignments), '_match_none'))
      ) AS _was
      JOIN (
        SELECT columns(_as_column(*, 'id')) AS id, columns(_as_column(*, 'cluster_id')) AS cluster_id
        FROM query_table(coalesce(_as_table(new_assignments), '_match_none'))
      ) AS _is ON _is.id = _was.id
      WHERE _was.cluster_id IS NOT NULL AND _is.cluster_id IS NOT NULL
      GROUP BY _was.cluster_id, _is.cluster_id
    ),
    _match_size AS (
      SELECT _whole_id(_is.cluster_id, 'assignments ' || new_assignments) AS new_id, count(*) AS size
      FROM query_table(coalesce(_as_table(new_assignments), '_match_none')) AS _is
      GROUP BY _is.cluster_id
    ),
    _match_flow AS (
      SELECT
        _flow.old_id,
        _flow.new_id,
        _flow.shared,
        _flow.shared / sum(_flow.shared) OVER (PARTITION BY _flow.old_id) AS f,
        _flow.shared / sum(_flow.shared) OVER (PARTITION BY _flow.new_id) AS b,
        _flow.shared / _size.size AS part
      FROM _match_common AS _flow
      JOIN _match_size AS _size ON _size.new_id = _flow.new_id
    ),
    _match_candidate AS (
      SELECT _flow.old_id, _flow.new_id, _flow.shared, 1 / (1 / _flow.f + 1 / _flow.b - 1) AS overlap
      FROM _match_flow AS _flow
      UNION ALL
      -- An id beyond INTEGER is reported by _match_new; a cast here could fail before it does.
      SELECT _near.old_id, try_cast(unnest(_near.new_ids).cluster_id AS INTEGER), 0, NULL
      FROM (
        SELECT _old.cluster_id AS old_id, nearest_centroids(_old.centroid, new, 10) AS new_ids
        FROM _match_old AS _old
        WHERE _old.cluster_id NOT IN (SELECT _flow.old_id FROM _match_flow AS _flow)
      ) AS _near
    ),
    _match_compared AS (
      SELECT
        _pair.old_id,
        _pair.new_id,
        _pair.shared,
        _pair.overlap,
        list_distance(_old.centroid, _new.centroid)::DOUBLE AS distance,
        least(_old.spacing, _new.spacing) AS spacing
      FROM _match_candidate AS _pair
      JOIN _match_old AS _old ON _old.cluster_id = _pair.old_id
      JOIN _match_new AS _new ON _new.cluster_id = _pair.new_id
      CROSS JOIN _match_limit AS _limit
      WHERE _pair.overlap IS NULL OR _pair.overlap >= _limit.overlap
    ),
    _match_pair AS (
      SELECT _pair.*, CASE WHEN _pair.distance = 0 THEN 0 ELSE _pair.distance / _pair.spacing END AS shift
      FROM _match_compared AS _pair
    ),
    -- The summands 3 and 1 make sure pairs certain: no two other pairs are worth as much.
    _match_chosen AS (
      SELECT unnest(optimal_assignment(_gain.old_id, _gain.new_id, _gain.gain), recursive := true)
      FROM (
        SELECT
          _pair.old_id,
          _pair.new_id,
          greatest(0, 1 - coalesce(_pair.shift, 0)) / 2 + coalesce(_pair.overlap, 0) / 2
          + CASE WHEN _pair.overlap > 0.5 THEN 3 WHEN _pair.overlap IS NULL AND coalesce(_pair.shift, 0) < 0.5 THEN 1 ELSE 0 END AS gain
        FROM _match_pair AS _pair, _match_limit AS _limit
        WHERE _pair.overlap > 0.5
          -- A topic that has lost all messages is not the next best one.
          OR coalesce(_pair.shift, 0) <= CASE
            WHEN _pair.overlap IS NULL AND old_assignments IS NOT NULL THEN least(0.5, _limit.shift)
            ELSE _limit.shift
          END
      ) AS _gain
    ),
    _match_matched AS (
      SELECT _pair.*
      FROM _match_chosen AS _chosen
      JOIN _match_pair AS _pair ON _pair.old_id = _chosen.left_id AND _pair.new_id = _chosen.right_id
    ),
    _match_highest AS (
      SELECT greatest(
        (SELECT max(_old.cluster_id) FROM _match_old AS _old),
        (
          SELECT max(_whole_id(_used.cluster_id, 'lineage ' || lineage))
          FROM (
            SELECT columns(_as_column(*, 'cluster_id')) AS cluster_id
            FROM query_table(coalesce(_as_table(lineage), '_match_none'))
          ) AS _used
        ),
        -1
      ) AS id
    ),
    _match_named AS (
      SELECT
        CASE
          WHEN _matched.old_id IS NOT NULL THEN _matched.old_id
          ELSE _highest.id + row_number() OVER (PARTITION BY _matched.old_id IS NULL ORDER BY _new.cluster_id)
        END::INTEGER AS cluster_id,
        _new.cluster_id AS new_id,
        _matched.old_id
      FROM _match_new AS _new
      LEFT JOIN _match_matched AS _matched ON _matched.new_id = _new.cluster_id
      CROSS JOIN _match_highest AS _highest
      UNION ALL
      SELECT _old.cluster_id, NULL, _old.cluster_id
      FROM _match_old AS _old
      WHERE _old.cluster_id NOT IN (SELECT _matched.old_id FROM _match_matched AS _matched)
    ),
    _match_child AS (
      SELECT _flow.old_id, _flow.new_id
      FROM _match_flow AS _flow, _match_limit AS _limit
      WHERE _flow.f >= _limit.share AND _flow.b >= 0.5
      QUALIFY count(*) OVER (PARTITION BY _flow.old_id) > 1 AND sum(_flow.f) OVER (PARTITION BY _flow.old_id) >= 0.5
    ),
    _match_parent AS (
      SELECT _flow.old_id, _flow.new_id
      FROM _match_flow AS _flow, _match_limit AS _limit
      WHERE _flow.f >= 0.5 AND _flow.b >= _limit.share
      QUALIFY count(*) OVER (PARTITION BY _flow.new_id) > 1 AND sum(_flow.b) OVER (PARTITION BY _flow.new_id) >= 0.5
    ),
    _match_link AS (
      SELECT _flow.old_id, _flow.new_id, _named.cluster_id
      FROM _match_flow AS _flow
      JOIN _match_named AS _named ON _named.new_id = _flow.new_id
      CROSS JOIN _match_limit AS _limit
      WHERE (_flow.f >= _limit.share OR _flow.part >= _limit.share) AND _flow.old_id IS DISTINCT FROM _named.old_id
      UNION ALL
      SELECT _matched.old_id, _matched.new_id, _matched.old_id FROM _match_matched AS _matched
    )
  SELECT
    _named.cluster_id,
    _named.new_id AS new_cluster_id,
    _named.old_id AS old_cluster_id,
    CASE
      WHEN _named.old_id IN (SELECT _child.old_id FROM _match_child AS _child) THEN 'split'
      WHEN _named.new_id IN (SELECT _child.new_id FROM _match_child AS _child) THEN 'split'
      WHEN _named.new_id IN (SELECT _parent.new_id FROM _match_parent AS _parent) THEN 'merged'
      WHEN _named.old_id IS NULL THEN 'new'
      WHEN _named.new_id IS NULL
        THEN CASE WHEN _named.old_id IN (SELECT _flow.old_id FROM _match_flow AS _flow WHERE _flow.f >= 0.5) THEN 'merged' ELSE 'retired' END
      WHEN _matched.shift > _limit.kept THEN 'moved'
      ELSE 'kept'
    END AS event,
    coalesce(_from.ids, []) AS from_ids,
    coalesce(_to.ids, []) AS to_ids,
    _matched.shared,
    _matched.overlap,
    _matched.distance,
    _matched.shift
  FROM _match_named AS _named
  CROSS JOIN _match_limit AS _limit
  LEFT JOIN _match_matched AS _matched ON _matched.new_id = _named.new_id
  LEFT JOIN (
    SELECT _link.new_id, list(_link.old_id ORDER BY _link.old_id) AS ids FROM _match_link AS _link GROUP BY _link.new_id
  ) AS _from ON _from.new_id = _named.new_id
  LEFT JOIN (
    SELECT _link.old_id, list(_link.cluster_id ORDER BY _link.cluster_id) AS ids FROM _match_link AS _link GROUP BY _link.old_id
  ) AS _to ON _to.old_id = _named.old_id
  WHERE _limit.checked IS NULL
  ORDER BY _named.cluster_id;
