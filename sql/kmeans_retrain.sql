-- kmeans_retrain(tbl, model, k := NULL, embedding := 'embedding', passes := 1, worth := 2, seed := 1234)
--   returns: table (cluster_id INTEGER, centroid FLOAT[], size BIGINT)
--
-- Trains a model again on a table that has changed, and moves only the centroids that the rows speak for.
--
-- Training afresh ends in another of many nearly equal solutions, even where nothing has changed. Here the centroids of `model` make
-- `passes` exact Lloyd passes over all rows. Then a topic is cut in two where that lowers the sum of squared distances more than
-- `worth` times as much as giving up another topic raises it, which is then given up; a fourth of the topics at most, and never more
-- than 256. A half may be cut once more. `passes` more passes follow. `k` is how many centroids to end with, by default as many as `model`
-- has; more are made by cutting, fewer by giving up those that cost least. `seed` is that of the cuts.
--
-- `tbl`, `embedding`, cluster_id and size are as for `kmeans_train`, `model` as for `nearest_centroid`. cluster_id counts from 0 and is not that of
-- `model`: `match_topics` tells which is which. Reads the table 2 * passes + 5 times, in memory that does not depend on its length.
--
-- Errors: a missing table or column; no rows; k < 1, or more than cuts can make: four times as many as `model` has at most; passes < 1; worth < 1;
-- those of `kmeans_step`.
--
-- Example:
--   SELECT cluster_id, size FROM kmeans_retrain('messages', 'topics') LIMIT 3;
CREATE OR REPLACE TEMP MACRO kmeans_retrain(
  tbl, model, k := NULL, embedding := 'embedding', passes := 1, worth := 2, seed := 1234
) AS TABLE
  WITH RECURSIVE _retrain_first(pass, centroids) AS (
    SELECT
      0,
      CASE
        WHEN count(*) = 0 THEN error('invalid model ' || model || ': expected at least 1 row, got 0')
        ELSE list(_topic.centroid::FLOAT[] ORDER BY _topic.cluster_id, _topic.centroid::FLOAT[])
      END
    FROM (
      SELECT columns(_as_column(*, 'cluster_id')) AS cluster_id, columns(_as_column(*, 'centroid')) AS centroid
      FROM query_table(_as_table(model))
    ) AS _topic
    WHERE _at_least(passes, 1, 'kmeans_retrain', 'passes') >= 1
    UNION ALL
    SELECT _done.pass + 1, _done.step.centroids
    FROM (
      SELECT _last.pass, kmeans_step(_row.embedding, _last.centroids) AS step
      FROM (SELECT columns(_as_column(*, embedding)) AS embedding FROM query_table(_as_table(tbl))) AS _row, _retrain_first AS _last
      WHERE _last.pass < passes::BIGINT
      GROUP BY _last.pass
    ) AS _done
  ),
  _retrain_start AS MATERIALIZED (
    SELECT _first.centroids FROM _retrain_first AS _first WHERE _first.pass = passes::BIGINT
  ),
  -- One row: how many centroids there are, how many to end with, how many topics may be cut and given up beyond what that asks for.
  -- Beside the centroids, which a join would copy into each row.
  _retrain_limit AS MATERIALIZED (
    SELECT
      len(_start.centroids) AS n,
      _at_least(coalesce(k, len(_start.centroids)), 1, 'kmeans_retrain', 'k') AS k,
      -- No more than k, since topics that are cut cannot be given up.
      least(256, ceil(len(_start.centroids) / 4), coalesce(k::BIGINT, 256)) AS most,
      CASE
        WHEN worth::DOUBLE >= 1 THEN worth::DOUBLE
        ELSE error('kmeans_retrain: expected worth >= 1, got ' || coalesce(worth::VARCHAR, 'NULL'))
      END AS worth
    FROM _retrain_start AS _start
  ),
  -- What each topic's rows cost around their mean, what they would cost more at their second nearest topic, and what is saved by the
  -- move to the mean, which is no merit of a cut.
  _retrain_topic AS MATERIALIZED (
    SELECT
      _all.place,
      coalesce(_topic.cost - _topic.size * list_distance(_topic.mean, _all.centroid) ** 2, 0) AS cost,
      coalesce(_topic.size * list_distance(_topic.mean, _all.centroid) ** 2, 0) AS move,
      coalesce(_topic.loss, 0) AS loss,
      _topic.second,
      coalesce(_topic.cost > 0 AND _topic.is_varied, false) AS can_be_cut,
      row_number() OVER (ORDER BY coalesce(_topic.loss, 0), _all.place) AS loss_place
    FROM (
      SELECT unnest(range(len(_start.centroids))) AS place, unnest(_start.centroids) AS centroid FROM _retrain_start AS _start
    ) AS _all
    LEFT JOIN (
      SELECT
        _row.near[1].index AS place,
        count(*) AS size,
        vector_mean(_row.embedding) AS mean,
        sum(_row.near[1].distance::DOUBLE) AS cost,
        sum((_row.near[2].distance - _row.near[1].distance)::DOUBLE) AS loss,
        -- Unlike mode(), the first of several that are as frequent, in whatever order rows come.
        -list_max([
          {'n': _near.value, 'place': -_near.key} FOR _near IN map_entries(histogram(_row.near[2].index))
        ]).place AS second,
        min(hash(_row.embedding::FLOAT[])) <> max(hash(_row.embedding::FLOAT[])) AS is_varied
      FROM (
        SELECT _input.embedding, nearest_centroid_list(_input.embedding, (SELECT _start.centroids FROM _retrain_start AS _start), 2) AS near
        FROM (SELECT columns(_as_column(*, embedding)) AS embedding FROM query_table(_as_table(tbl))) AS _input
        WHERE _input.embedding IS NOT NULL
      ) AS _row
      GROUP BY _row.near[1].index
    ) AS _topic ON _topic.place = _all.place
  ),
  -- The two halves of the topics with the largest cost.
  _retrain_half AS MATERIALIZED (
    SELECT _row.place, kmeans(_row.embedding, 2, 10, seed, 128) AS centroids
    FROM (
      SELECT _input.embedding, nearest_centroid_index(_input.embedding, (SELECT _start.centroids FROM _retrain_start AS _start)) AS place
      FROM (SELECT columns(_as_column(*, embedding)) AS embedding FROM query_table(_as_table(tbl))) AS _input
      WHERE _input.embedding IS NOT NULL
    ) AS _row
    WHERE _row.place IN (
      SELECT _topic.place
      FROM (
        SELECT _ranked.place, row_number() OVER (ORDER BY _ranked.cost DESC, _ranked.place) AS cost_place
        FROM _retrain_topic AS _ranked
        WHERE _ranked.can_be_cut
      ) AS _topic, _retrain_limit AS _limit
      WHERE _topic.cost_place <= greatest(_limit.k - _limit.n, 0) + _limit.most
    )
    GROUP BY _row.place
  ),
  -- The topics and the halves as one list: which of them a row comes to tells what a cut saves.
  _retrain_both AS MATERIALIZED (
    SELECT list_concat(_start.centroids, _halves.centroids) AS centroids
    FROM _retrain_start AS _start,
      (SELECT coalesce(flatten(list(_half.centroids ORDER BY _half.place)), []) AS centroids FROM _retrain_half AS _half) AS _halves
  ),
  _retrain_half_topic AS MATERIALIZED (
    SELECT _piece.*, _half.place
    FROM (
      SELECT
        _row.now.index::BIGINT AS piece,
        sum((_row.was - _row.now.distance)::DOUBLE) AS gain,
        sum(_row.now.distance::DOUBLE) AS cost,
        min(hash(_row.embedding::FLOAT[])) <> max(hash(_row.embedding::FLOAT[])) AS is_varied
      FROM (
        SELECT
          _input.embedding,
          nearest_centroid_list(_input.embedding, (SELECT _start.centroids FROM _retrain_start AS _start), 1)[1].distance AS was,
          nearest_centroid_list(_input.embedding, (SELECT _both.centroids FROM _retrain_both AS _both), 1)[1] AS now
        FROM (SELECT columns(_as_column(*, embedding)) AS embedding FROM query_table(_as_table(tbl))) AS _input
        WHERE _input.embedding IS NOT NULL
      ) AS _row
      GROUP BY _row.now.index
    ) AS _piece
    CROSS JOIN _retrain_limit AS _limit
    JOIN (
      SELECT _cut.place, row_number() OVER (ORDER BY _cut.place) - 1 AS nth FROM _retrain_half AS _cut
    ) AS _half ON _half.nth = (_piece.piece - _limit.n) // 2 AND _piece.piece >= _limit.n
  ),
  -- Halves are cut once more, since two new subjects may have come to one topic.
  _retrain_quarter AS MATERIALIZED (
    SELECT _row.piece, kmeans(_row.embedding, 2, 10, seed, 128) AS centroids
    FROM (
      SELECT _input.embedding, nearest_centroid_index(_input.embedding, (SELECT _both.centroids FROM _retrain_both AS _both)) AS piece
      FROM (SELECT columns(_as_column(*, embedding)) AS embedding FROM query_table(_as_table(tbl))) AS _input
      WHERE _input.embedding IS NOT NULL
    ) AS _row
    WHERE _row.piece IN (
      SELECT _half.piece
      FROM (
        SELECT _ranked.piece, row_number() OVER (ORDER BY _ranked.cost DESC, _ranked.piece) AS cost_place
        FROM _retrain_half_topic AS _ranked
        WHERE _ranked.is_varied AND _ranked.cost > 0
      ) AS _half, _retrain_limit AS _limit
      WHERE _half.cost_place <= greatest(_limit.k - _limit.n, 0) + _limit.most
    )
    GROUP BY _row.piece
  ),
  _retrain_all AS MATERIALIZED (
    SELECT list_concat(_both.centroids, _quarters.centroids) AS centroids
    FROM _retrain_both AS _both,
      (SELECT coalesce(flatten(list(_quarter.centroids ORDER BY _quarter.piece)), []) AS centroids FROM _retrain_quarter AS _quarter) AS _quarters
  ),
  -- What each half and each quarter is a part of: (piece, whole).
  _retrain_part AS MATERIALIZED (
    SELECT _limit.n + unnest([2 * _half.nth, 2 * _half.nth + 1]) AS piece, _half.place AS whole
    FROM (SELECT _cut.place, row_number() OVER (ORDER BY _cut.place) - 1 AS nth FROM _retrain_half AS _cut) AS _half, _retrain_limit AS _limit
    UNION ALL
    SELECT _limit.n + 2 * _halves.n + unnest([2 * _quarter.nth, 2 * _quarter.nth + 1]), _quarter.piece
    FROM (SELECT _cut.piece, row_number() OVER (ORDER BY _cut.piece) - 1 AS nth FROM _retrain_quarter AS _cut) AS _quarter,
      (SELECT count(*) AS n FROM _retrain_half) AS _halves,
      _retrain_limit AS _limit
  ),
  _retrain_quarter_gain AS MATERIALIZED (
    SELECT _part.whole AS piece, sum(_piece.gain) AS gain
    FROM (
      SELECT _row.now.index AS piece, sum((_row.was - _row.now.distance)::DOUBLE) AS gain
      FROM (
        SELECT
          nearest_centroid_list(_input.embedding, (SELECT _both.centroids FROM _retrain_both AS _both), 1)[1].distance AS was,
          nearest_centroid_list(_input.embedding, (SELECT _all.centroids FROM _retrain_all AS _all), 1)[1] AS now
        FROM (SELECT columns(_as_column(*, embedding)) AS embedding FROM query_table(_as_table(tbl))) AS _input
        WHERE _input.embedding IS NOT NULL
      ) AS _row
      GROUP BY _row.now.index
    ) AS _piece
    JOIN _retrain_part AS _part ON _part.piece = _piece.piece
    WHERE _part.whole IN (SELECT _quarter.piece FROM _retrain_quarter AS _quarter)
    GROUP BY _part.whole
  ),
  _retrain_gain AS MATERIALIZED (
    SELECT _half.place, sum(_half.gain) - any_value(_topic.move) AS gain
    FROM _retrain_half_topic AS _half
    JOIN _retrain_topic AS _topic ON _topic.place = _half.place
    GROUP BY _half.place
  ),
  -- The cuts, best first: of a topic (piece = place), or of a half, which comes after that of its topic.
  _retrain_cut AS MATERIALIZED (
    SELECT _cut.piece, _cut.place, _cut.gain, row_number() OVER (ORDER BY _cut.gain DESC, _cut.is_half, _cut.piece) AS gain_place
    FROM (
      SELECT _topic.place AS piece, _topic.place, _topic.gain, false AS is_half
      FROM _retrain_gain AS _topic
      UNION ALL
      SELECT _half.piece, _half.place, least(_quarter.gain, _topic.gain), true
      FROM _retrain_half_topic AS _half
      JOIN _retrain_gain AS _topic ON _topic.place = _half.place
      JOIN _retrain_quarter_gain AS _quarter ON _quarter.piece = _half.piece
    ) AS _cut
  ),
  -- Of two topics that would take over from each other only the cheaper is given up, unless k asks for more.
  _retrain_loss AS MATERIALIZED (
    SELECT
      _topic.place,
      _topic.loss,
      coalesce(_second.loss_place < _topic.loss_place, false) AS is_needed,
      row_number() OVER (ORDER BY coalesce(_second.loss_place < _topic.loss_place, false), _topic.loss_place) AS loss_place
    FROM _retrain_topic AS _topic
    CROSS JOIN _retrain_limit AS _limit
    LEFT JOIN _retrain_topic AS _second ON _second.place = _topic.second
    WHERE _topic.place NOT IN (
      SELECT _cut.place
      FROM _retrain_cut AS _cut
      WHERE _cut.gain_place <= _limit.k - _limit.n
        OR _cut.gain > _limit.worth * (SELECT min(_any.loss) FROM _retrain_topic AS _any)
          AND _cut.gain_place <= greatest(_limit.k - _limit.n, 0) + _limit.most
    )
  ),
  _retrain_swap AS MATERIALIZED (
    SELECT _cut.piece AS cut, _loss.place AS given_up
    FROM _retrain_cut AS _cut
    CROSS JOIN _retrain_limit AS _limit
    JOIN _retrain_loss AS _loss
      ON _loss.loss_place - greatest(_limit.n - _limit.k, 0) = _cut.gain_place - greatest(_limit.k - _limit.n, 0)
    WHERE _cut.gain_place > greatest(_limit.k - _limit.n, 0)
      AND _cut.gain_place <= greatest(_limit.k - _limit.n, 0) + _limit.most
      AND _loss.loss_place > greatest(_limit.n - _limit.k, 0)
      AND NOT _loss.is_needed
      AND _cut.gain > _limit.worth * _loss.loss
    UNION ALL
    SELECT _cut.piece, NULL FROM _retrain_cut AS _cut, _retrain_limit AS _limit WHERE _cut.gain_place <= _limit.k - _limit.n
    UNION ALL
    SELECT NULL, _loss.place FROM _retrain_loss AS _loss, _retrain_limit AS _limit WHERE _loss.loss_place <= _limit.n - _limit.k
  ),
  -- A half or a quarter is there where what it is a part of was cut.
  _retrain_left AS MATERIALIZED (
    SELECT _piece.piece
    FROM (
      SELECT unnest(range(_limit.n)) AS piece, NULL AS whole FROM _retrain_limit AS _limit
      UNION ALL
      SELECT _part.piece, _part.whole FROM _retrain_part AS _part
    ) AS _piece
    WHERE _piece.piece NOT IN (SELECT _swap.cut FROM _retrain_swap AS _swap WHERE _swap.cut IS NOT NULL)
      AND _piece.piece NOT IN (SELECT _swap.given_up FROM _retrain_swap AS _swap WHERE _swap.given_up IS NOT NULL)
      AND (_piece.whole IS NULL OR _piece.whole IN (SELECT _swap.cut FROM _retrain_swap AS _swap))
  ),
  _retrain_changed AS MATERIALIZED (
    SELECT
      CASE
        WHEN len(_left.pieces) = _limit.k THEN list_select(_all.centroids, _left.pieces)
        ELSE error('kmeans_retrain: expected k <= ' || len(_left.pieces) || ', which cuts can make, got ' || _limit.k)
      END AS centroids
    FROM _retrain_all AS _all
    CROSS JOIN _retrain_limit AS _limit
    CROSS JOIN (SELECT list(_one.piece + 1 ORDER BY _one.piece) AS pieces FROM _retrain_left AS _one) AS _left
  ),
  _retrain_last(pass, centroids, sizes) AS (
    SELECT 0, _changed.centroids, NULL::BIGINT[] FROM _retrain_changed AS _changed
    UNION ALL
    SELECT _done.pass + 1, _done.step.centroids, _done.step.sizes
    FROM (
      SELECT _last.pass, kmeans_step(_row.embedding, _last.centroids) AS step
      FROM (SELECT columns(_as_column(*, embedding)) AS embedding FROM query_table(_as_table(tbl))) AS _row, _retrain_last AS _last
      WHERE _last.pass < passes::BIGINT
      GROUP BY _last.pass
    ) AS _done
  )
  SELECT
    unnest(range(len(_trained.centroids)))::INTEGER AS cluster_id,
    unnest(
      CASE
        WHEN _trained.centroids IS NULL THEN error('kmeans_retrain: expected at least 1 row in ' || tbl || ', got 0')
        ELSE _trained.centroids
      END
    ) AS centroid,
    unnest(_trained.sizes) AS size
  FROM (SELECT passes::BIGINT AS pass) AS _wanted
  LEFT JOIN _retrain_last AS _trained ON _trained.pass = _wanted.pass;
