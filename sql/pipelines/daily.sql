-- The topics of the messages that are new since the last run, and whether they still fit the topics.
--
--   ducktopics run sql/pipelines/daily.sql --db messages.duckdb --set input='mail/2026-*.parquet' --set day=sent_at
--
-- Run it every day, or as often as you like, once discover.sql has made topics and assignments. It is one transaction, and a second run
-- adds nothing: after a kill, a time limit or a doubt, run it again. docs/scheduling.md has units for cron, systemd, Airflow and dbt.
--
-- Variable             Default      Meaning
-- input                messages     the messages, as for discover.sql; all of them or only the latest
-- id                   id           its column that tells messages apart: unique, and never NULL
-- embedding            embedding    its column with the embedding; a message without one waits until it has one
-- day                               its column with the date of the message; without it the day of a message is as_of
-- as_of                today        the day that the run is for; messages of later days wait
-- far_quantile         0.95         far is what is farther from its centroid than this share of its topic was at training time
-- window               7            how many days, up to as_of, retrain is decided on
-- min_messages         100          with fewer messages in the window retrain stays false
-- max_far_share        0.15         retrain when more of the messages are far; 1 - far_quantile is what training gives
-- max_distance_ratio   1.25         retrain when the mean distance has grown more than this
-- min_margin_ratio     0.75         retrain when the mean margin has shrunk more than this
--
-- A message is assigned once, and keeps its topic. One whose id is assigned already is left alone; one that comes late is counted on its own
-- day. An id that comes twice among the new ones is an error.
--
-- Training time is what discover.sql or retrain.sql left: the rows of assignments without assigned_on. After one of them has run again,
-- drift starts again from its tables, and so does topic_days where day is given.
--
-- Reads topics. Adds rows to assignments, and to these tables, which it makes:
--   topic_baseline (cluster_id, size, mean_distance, mean_margin, far_distance): training time; cluster_id is NULL for all topics together.
--                  A topic of fewer than 20 messages has the far_distance of all.
--   topic_days     (day, cluster_id, size, share, far, mean_distance, mean_margin)
--   drift          (day, messages, far, far_share, mean_distance, distance_ratio, mean_margin, margin_ratio): the ratios are to what
--                  training gives for as many messages of the same topics, so that 1 is no drift
--   daily_report   (as_of, added, late, waiting, messages, far_share, distance_ratio, margin_ratio, retrain, reason): one row a run day;
--                  messages and what follows it are of the window

BEGIN;

SET VARIABLE daily_as_of = coalesce(getvariable('as_of')::DATE, current_date);

-- What discover.sql makes must be there.
SET VARIABLE checked_model = (
  SELECT
    CASE
      WHEN count(*) FILTER (table_name = 'topics') = 0
        THEN error('missing table: topics; make it with: ducktopics run sql/pipelines/discover.sql')
      WHEN count(*) FILTER (table_name = 'assignments') = 0
        THEN error('missing table: assignments; make it with: ducktopics run sql/pipelines/discover.sql')
      WHEN count(*) FILTER (table_name = 'assignments' AND column_name IN ('id', 'cluster_id', 'distance', 'margin')) < 4
        THEN error(
          'invalid table assignments: expected the columns id, cluster_id, distance, margin, got '
          || string_agg(column_name, ', ' ORDER BY column_index) FILTER (table_name = 'assignments')
        )
    END
  FROM duckdb_columns()
  WHERE database_name = current_database() AND schema_name = current_schema()
);

-- Nothing is read from a table that is about to be written, and no column is missing.
SET VARIABLE checked_input = (
  SELECT _checked_input(
    coalesce(getvariable('input'), 'messages'),
    ['topics', 'assignments', 'topic_baseline', 'topic_days', 'drift', 'daily_report'],
    list(column_name),
    [
      coalesce(getvariable('id'), 'id'),
      coalesce(getvariable('embedding'), 'embedding'),
      coalesce(getvariable('day'), getvariable('id'), 'id')
    ]
  )
  FROM (DESCRIBE FROM query_table(_as_table(coalesce(getvariable('input'), 'messages'))))
);

-- The input under one name: (id, day, embedding).
CREATE OR REPLACE TEMP VIEW daily_input AS
SELECT id, coalesce(day, getvariable('daily_as_of')) AS day, embedding
FROM (
  SELECT
    columns(_as_column(*, coalesce(getvariable('id'), 'id'))) AS id,
    columns(_as_column(*, coalesce(getvariable('day'), '_as_of')))::DATE AS day,
    columns(_as_column(*, coalesce(getvariable('embedding'), 'embedding'))) AS embedding
  FROM (
    SELECT *, getvariable('daily_as_of')::DATE AS _as_of
    FROM query_table(_as_table(coalesce(getvariable('input'), 'messages')))
  )
);

-- Assignments as discover.sql and retrain.sql make them have no assigned_on: that is how a new training is known.
SET VARIABLE daily_is_fresh = (
  SELECT count(*) FILTER (table_name = 'assignments' AND column_name = 'assigned_on') = 0
    OR count(*) FILTER (table_name = 'topic_baseline') = 0
  FROM duckdb_columns()
  WHERE database_name = current_database() AND schema_name = current_schema()
);

ALTER TABLE assignments ADD COLUMN IF NOT EXISTS day DATE;

ALTER TABLE assignments ADD COLUMN IF NOT EXISTS assigned_on DATE;

CREATE TABLE IF NOT EXISTS topic_baseline (
  cluster_id INTEGER, size BIGINT, mean_distance DOUBLE, mean_margin DOUBLE, far_distance FLOAT
);

CREATE TABLE IF NOT EXISTS topic_days (
  day DATE, cluster_id INTEGER, size BIGINT, share DOUBLE, far BIGINT, mean_distance DOUBLE, mean_margin DOUBLE
);

CREATE TABLE IF NOT EXISTS drift (
  day DATE, messages BIGINT, far BIGINT, far_share DOUBLE, mean_distance DOUBLE, distance_ratio DOUBLE, mean_margin DOUBLE, margin_ratio DOUBLE
);

CREATE TABLE IF NOT EXISTS daily_report (
  as_of DATE, added BIGINT, late BIGINT, waiting BIGINT, messages BIGINT,
  far_share DOUBLE, distance_ratio DOUBLE, margin_ratio DOUBLE, retrain BOOLEAN, reason VARCHAR
);

-- After a training: the days of the messages that it assigned, and the baseline. Otherwise these statements find nothing to do.
UPDATE assignments SET day = daily_input.day
FROM daily_input
WHERE getvariable('daily_is_fresh') AND getvariable('day') IS NOT NULL
  AND daily_input.id = assignments.id AND assignments.day IS NULL;

DELETE FROM topic_baseline WHERE getvariable('daily_is_fresh');

DELETE FROM topic_days WHERE getvariable('daily_is_fresh') AND getvariable('day') IS NOT NULL;

DELETE FROM drift WHERE getvariable('daily_is_fresh');

INSERT INTO topic_baseline
SELECT
  cluster_id,
  size,
  mean_distance,
  mean_margin,
  CASE WHEN size < 20 THEN max(CASE WHEN cluster_id IS NULL THEN far_distance END) OVER () ELSE far_distance END AS far_distance
FROM (
  SELECT
    cluster_id,
    count(*) AS size,
    avg(distance) AS mean_distance,
    avg(margin) AS mean_margin,
    approx_quantile(distance, coalesce(getvariable('far_quantile'), 0.95)::FLOAT) AS far_distance
  FROM assignments
  WHERE getvariable('daily_is_fresh') AND cluster_id IS NOT NULL AND assigned_on IS NULL
  GROUP BY GROUPING SETS ((cluster_id), ())
)
WHERE size > 0
ORDER BY cluster_id;

SET VARIABLE checked_baseline = (
  SELECT
    CASE
      WHEN count(*) = 0 THEN error('invalid table assignments: expected messages that discover.sql has assigned, got none')
    END
  FROM topic_baseline
);

-- The new messages, by an anti-join on the id: two columns of the input, and one of the assignments.
CREATE OR REPLACE TEMP TABLE daily_new AS
SELECT id, day
FROM daily_input
ANTI JOIN (SELECT id FROM assignments WHERE cluster_id IS NOT NULL) AS assigned USING (id)
WHERE day <= getvariable('daily_as_of');

SET VARIABLE checked_ids = _unique_ids('daily_new', NULL);

-- Only their embeddings are read.
CREATE OR REPLACE TEMP VIEW daily_unassigned AS
SELECT id, embedding
FROM daily_input
SEMI JOIN daily_new USING (id)
WHERE embedding IS NOT NULL AND day <= getvariable('daily_as_of');

INSERT INTO assignments BY NAME
SELECT id, cluster_id, distance, margin, day, getvariable('daily_as_of') AS assigned_on
FROM assign_clusters('daily_unassigned', 'topics') AS assigned
JOIN daily_new USING (id);

-- Rows that discover.sql left without a topic, for messages that have an embedding by now.
DELETE FROM assignments
WHERE cluster_id IS NULL
  AND id IN (SELECT id FROM assignments WHERE cluster_id IS NOT NULL AND assigned_on = getvariable('daily_as_of'));

-- The days with new messages, that of the run included: they are counted again.
CREATE OR REPLACE TEMP TABLE daily_touched AS
SELECT DISTINCT day
FROM assignments
WHERE cluster_id IS NOT NULL AND day IS NOT NULL
  AND (assigned_on = getvariable('daily_as_of') OR day = getvariable('daily_as_of') OR getvariable('daily_is_fresh'));

DELETE FROM topic_days WHERE day IN (FROM daily_touched);

INSERT INTO topic_days
SELECT
  day,
  cluster_id,
  count(*) AS size,
  count(*) / sum(count(*)) OVER (PARTITION BY day) AS share,
  count(*) FILTER (distance > coalesce(topic.far_distance, every.far_distance)) AS far,
  avg(distance) AS mean_distance,
  avg(margin) AS mean_margin
FROM assignments
LEFT JOIN topic_baseline AS topic USING (cluster_id)
CROSS JOIN (SELECT far_distance FROM topic_baseline WHERE cluster_id IS NULL) AS every
WHERE cluster_id IS NOT NULL AND day IN (FROM daily_touched)
GROUP BY day, cluster_id
ORDER BY day, cluster_id;

DELETE FROM drift WHERE day IN (FROM daily_touched);

INSERT INTO drift
SELECT
  day,
  sum(topic_days.size) AS messages,
  sum(far) AS far,
  sum(far) / sum(topic_days.size) AS far_share,
  sum(topic_days.size * topic_days.mean_distance) / sum(topic_days.size) AS mean_distance,
  sum(topic_days.size * topic_days.mean_distance)
    / nullif(sum(topic_days.size * coalesce(topic.mean_distance, every.mean_distance)), 0) AS distance_ratio,
  sum(topic_days.size * topic_days.mean_margin) / sum(topic_days.size) AS mean_margin,
  sum(topic_days.size * topic_days.mean_margin)
    / nullif(sum(topic_days.size * coalesce(topic.mean_margin, every.mean_margin)), 0) AS margin_ratio
FROM topic_days
LEFT JOIN topic_baseline AS topic USING (cluster_id)
CROSS JOIN (SELECT mean_distance, mean_margin FROM topic_baseline WHERE cluster_id IS NULL) AS every
WHERE day IN (FROM daily_touched)
GROUP BY day
ORDER BY day;

-- The report of this day, in place of an earlier one.
DELETE FROM daily_report WHERE as_of = getvariable('daily_as_of');

INSERT INTO daily_report BY NAME
WITH
  recent AS (
    SELECT
      coalesce(sum(messages), 0)::BIGINT AS messages,
      sum(far) / sum(messages) AS far_share,
      sum(messages * distance_ratio) / sum(messages) AS distance_ratio,
      sum(messages * margin_ratio) / sum(messages) AS margin_ratio
    FROM drift
    WHERE day <= getvariable('daily_as_of') AND day > getvariable('daily_as_of') - coalesce(getvariable('window'), 7)::INTEGER
  ),
  counted AS (
    SELECT count(*) AS added, count(*) FILTER (day < getvariable('daily_as_of')) AS late
    FROM assignments
    WHERE cluster_id IS NOT NULL AND assigned_on = getvariable('daily_as_of')
  ),
  waiting AS (
    SELECT count(*) AS waiting
    FROM daily_new
    ANTI JOIN (SELECT id FROM assignments WHERE cluster_id IS NOT NULL AND assigned_on = getvariable('daily_as_of')) AS assigned USING (id)
  ),
  judged AS (
    SELECT
      *,
      list_filter(
        [
          CASE WHEN far_share > coalesce(getvariable('max_far_share'), 0.15)
            THEN format('{:.1f} % of the messages are far, more than {:.1f} %', 100 * far_share, 100 * coalesce(getvariable('max_far_share'), 0.15)::DOUBLE) END,
          CASE WHEN distance_ratio > coalesce(getvariable('max_distance_ratio'), 1.25)
            THEN format('the mean distance is {:.2f} times that of training time, more than {:.2f}', distance_ratio, coalesce(getvariable('max_distance_ratio'), 1.25)::DOUBLE) END,
          CASE WHEN margin_ratio < coalesce(getvariable('min_margin_ratio'), 0.75)
            THEN format('the mean margin is {:.2f} times that of training time, less than {:.2f}', margin_ratio, coalesce(getvariable('min_margin_ratio'), 0.75)::DOUBLE) END
        ],
        lambda reason: reason IS NOT NULL
      ) AS reasons
    FROM recent
  )
SELECT
  getvariable('daily_as_of') AS as_of,
  added,
  late,
  waiting,
  messages,
  far_share,
  distance_ratio,
  margin_ratio,
  messages >= coalesce(getvariable('min_messages'), 100) AND len(reasons) > 0 AS retrain,
  format('{} messages in {} days: ', messages, coalesce(getvariable('window'), 7)::INTEGER)
  || CASE
    WHEN messages < coalesce(getvariable('min_messages'), 100) THEN 'too few to tell'
    WHEN len(reasons) = 0 THEN 'no drift'
    ELSE array_to_string(reasons, '; ')
  END AS reason
FROM judged, counted, waiting;

COMMIT;

SELECT as_of, added, late, waiting, retrain, reason FROM daily_report WHERE as_of = getvariable('daily_as_of');
