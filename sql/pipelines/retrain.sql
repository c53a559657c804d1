-- Topics again from messages that have grown or changed, under the ids that they had.
--
--   ducktopics run sql/pipelines/retrain.sql --db messages.duckdb --set input=messages
--
-- Run discover.sql first, and this whenever the topics no longer fit. A topic that is still there keeps its id, so that names, joins and
-- counts over time stay right; a new one gets an id that no topic ever had. docs/stable-topics.md says how topics are matched.
--
-- Variable    Default      Meaning
-- input       messages     the messages, all of them, as for discover.sql
-- id          id           its column that tells messages apart
-- text        text         its column with the text
-- embedding   embedding    its column with the embedding
-- start       topics       'topics' begins with the topics that there are and changes those that no longer fit; 'fresh' trains anew
-- k           as before    how many topics
-- passes      1 or 2       exact passes over all messages, as for kmeans_retrain (1), or for kmeans_train with start = 'fresh' (2)
-- worth       2            with start = 'topics', how many times what a cut saves must outweigh what giving up another topic costs
-- niter       20           with start = 'fresh', k-means iterations on a sample of 256 * k messages
-- seed        1234         another seed gives another sample
-- samples     20           how many random messages of each topic to keep
-- as_of       now          the time that topic_lineage records, such as '2026-03-01'
--
-- Makes the tables topics, assignments, topic_keywords and topic_samples in place of earlier ones, and adds a row for each topic to
-- topic_lineage. Ends with an overview. It is one transaction: where a statement fails, all stays as it was. daily.sql takes the next
-- messages from there.

BEGIN;

-- What discover.sql makes must be there.
SET VARIABLE checked_model = (
  SELECT
    CASE
      WHEN count(*) FILTER (table_name = 'topics') = 0
        THEN error('missing table: topics; make it with: ducktopics run sql/pipelines/discover.sql')
      WHEN count(*) FILTER (table_name = 'assignments') = 0
        THEN error('missing table: assignments; make it with: ducktopics run sql/pipelines/discover.sql')
    END
  FROM duckdb_tables()
  WHERE database_name = current_database() AND schema_name = current_schema()
);

-- Nothing is read from a table that is about to be replaced, and no column is missing.
SET VARIABLE checked_input = (
  SELECT _checked_input(
    coalesce(getvariable('input'), 'messages'),
    ['topics', 'assignments', 'topic_keywords', 'topic_samples', 'topic_lineage'],
    list(column_name),
    [
      coalesce(getvariable('id'), 'id'),
      coalesce(getvariable('text'), 'text'),
      coalesce(getvariable('embedding'), 'embedding')
    ]
  )
  FROM (DESCRIBE FROM query_table(_as_table(coalesce(getvariable('input'), 'messages'))))
);

SET VARIABLE retrain_start = (
  SELECT
    CASE
      WHEN coalesce(getvariable('start'), 'topics') IN ('topics', 'fresh') THEN coalesce(getvariable('start'), 'topics')
      ELSE error('invalid start: ' || getvariable('start') || '; expected topics or fresh')
    END
);

SET VARIABLE retrain_k = (SELECT coalesce(getvariable('k')::BIGINT, count(*)) FROM topics);

-- What became of topics, and when: a row for each topic that was or is, for each time. to_ids leads to the topics that hold its messages
-- now. Where relabel is true the topic has begun or changed, so that an earlier name may no longer be right.
CREATE TABLE IF NOT EXISTS topic_lineage (
  as_of TIMESTAMP,
  cluster_id INTEGER,
  event VARCHAR,
  from_ids INTEGER[],
  to_ids INTEGER[],
  shared BIGINT,
  overlap DOUBLE,
  distance DOUBLE,
  shift DOUBLE,
  relabel BOOLEAN
);

-- The topics of all messages, numbered from 0. One of the two trains.
CREATE OR REPLACE TEMP TABLE retrained AS
FROM kmeans_retrain(
  coalesce(getvariable('input'), 'messages'),
  'topics',
  embedding := coalesce(getvariable('embedding'), 'embedding'),
  k := getvariable('retrain_k'),
  passes := coalesce(getvariable('passes'), 1),
  worth := coalesce(getvariable('worth'), 2),
  seed := coalesce(getvariable('seed'), 1234)
)
WHERE getvariable('retrain_start') = 'topics'
UNION ALL
FROM kmeans_train(
  coalesce(getvariable('input'), 'messages'),
  embedding := coalesce(getvariable('embedding'), 'embedding'),
  k := getvariable('retrain_k'),
  niter := coalesce(getvariable('niter'), 20),
  passes := coalesce(getvariable('passes'), 2),
  seed := coalesce(getvariable('seed'), 1234)
)
WHERE getvariable('retrain_start') = 'fresh';

CREATE OR REPLACE TEMP TABLE reassigned AS
FROM assign_clusters(
  coalesce(getvariable('input'), 'messages'),
  'retrained',
  id := coalesce(getvariable('id'), 'id'),
  embedding := coalesce(getvariable('embedding'), 'embedding')
);

-- Every id once, since messages are followed by it. Of more than 20 million messages a part of the ids is looked at, chosen by hash.
SET VARIABLE checked_ids = _unique_ids('reassigned', 10_000_000);

-- Which topic is which.
CREATE OR REPLACE TEMP TABLE matched AS
FROM match_topics('topics', 'retrained', 'assignments', 'reassigned', lineage := 'topic_lineage');

INSERT INTO topic_lineage BY NAME
SELECT
  coalesce(getvariable('as_of')::TIMESTAMP, current_localtimestamp()) AS as_of,
  * EXCLUDE (new_cluster_id, old_cluster_id),
  event <> 'kept' AND new_cluster_id IS NOT NULL AS relabel
FROM matched;

CREATE OR REPLACE TABLE topics AS
SELECT matched.cluster_id, retrained.centroid, retrained.size
FROM retrained
JOIN matched ON matched.new_cluster_id = retrained.cluster_id
ORDER BY matched.cluster_id;

CREATE OR REPLACE TABLE assignments AS
SELECT reassigned.id, matched.cluster_id, reassigned.distance, reassigned.margin
FROM reassigned
LEFT JOIN matched ON matched.new_cluster_id = reassigned.cluster_id;

-- As discover.sql makes them.
CREATE OR REPLACE TABLE topic_keywords AS
FROM topic_keywords(
  'assignments',
  coalesce(getvariable('input'), 'messages'),
  id := coalesce(getvariable('id'), 'id'),
  text := coalesce(getvariable('text'), 'text'),
  seed := coalesce(getvariable('seed'), 1234)
);

CREATE OR REPLACE TABLE topic_samples AS
FROM cluster_samples(
  'assignments',
  coalesce(getvariable('input'), 'messages'),
  n := coalesce(getvariable('samples'), 20),
  id := coalesce(getvariable('id'), 'id'),
  text := coalesce(getvariable('text'), 'text'),
  seed := coalesce(getvariable('seed'), 1234)
);

COMMIT;

-- The overview: how many topics were kept, changed, begun and ended, the messages that stayed in them, and all that they hold.
SELECT
  event,
  count(*) AS topics,
  coalesce(sum(shared), 0)::BIGINT AS messages_that_stayed,
  coalesce(sum(topics.size), 0)::BIGINT AS messages,
  list(matched.cluster_id ORDER BY topics.size DESC NULLS LAST, matched.cluster_id)[:10] AS largest
FROM matched
LEFT JOIN topics ON topics.cluster_id = matched.cluster_id
GROUP BY event
ORDER BY list_position(['kept', 'moved', 'split', 'merged', 'new', 'retired'], event);
