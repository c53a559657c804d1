-- From messages to topics: train, assign, count, and gather what a topic can be recognised by.
--
--   ducktopics run sql/pipelines/discover.sql --db messages.duckdb --set input=messages --set k=40
--
-- or in a DuckDB shell that has read ducktopics.sql:
--
--   SET VARIABLE input = 'mail/*.parquet';
--   .read sql/pipelines/discover.sql
--
-- Variable    Default      Meaning
-- input       messages     a table, a view or a file: Parquet, also as a pattern, CSV, JSON, .npy
-- id          id           its column that tells messages apart: unique, and never NULL
-- text        text         its column with the text
-- embedding   embedding    its column with the embedding, FLOAT[] or FLOAT[d]
-- k           40           how many topics; rather too many, since similar ones can be merged later
-- niter       20           k-means iterations on a sample of 256 * k messages
-- passes      2            exact passes over all messages after that, each as long as the assignment
-- seed        1234         another seed gives another sample
-- samples     20           how many random messages of each topic to keep
--
-- Makes the tables topics, assignments, topic_keywords and topic_samples, in place of earlier ones, and ends with an overview.
-- It is one transaction: where a statement fails, the earlier tables stay.

BEGIN;

-- Nothing is read from a table that is about to be replaced, and no column is missing.
SET VARIABLE checked_input = (
  SELECT _checked_input(
    coalesce(getvariable('input'), 'messages'),
    ['topics', 'assignments', 'topic_keywords', 'topic_samples'],
    list(column_name),
    [
      coalesce(getvariable('id'), 'id'),
      coalesce(getvariable('text'), 'text'),
      coalesce(getvariable('embedding'), 'embedding')
    ]
  )
  FROM (DESCRIBE FROM query_table(_as_table(coalesce(getvariable('input'), 'messages'))))
);

-- The topics: one row each, (cluster_id, centroid, size). To SQL a model is a table like any other.
CREATE OR REPLACE TABLE topics AS
FROM kmeans_train(
  coalesce(getvariable('input'), 'messages'),
  embedding := coalesce(getvariable('embedding'), 'embedding'),
  k := coalesce(getvariable('k'), 40),
  niter := coalesce(getvariable('niter'), 20),
  passes := coalesce(getvariable('passes'), 2),
  seed := coalesce(getvariable('seed'), 1234)
);

-- The topic of each message: (id, cluster_id, distance, margin). A small distance marks a typical message, a small margin one on the
-- border to another topic.
CREATE OR REPLACE TABLE assignments AS
FROM assign_clusters(
  coalesce(getvariable('input'), 'messages'),
  'topics',
  id := coalesce(getvariable('id'), 'id'),
  embedding := coalesce(getvariable('embedding'), 'embedding')
);

-- Every id once, since texts are found by it. Of more than 20 million messages a part of the ids is looked at, chosen by hash.
SET VARIABLE checked_ids = _unique_ids('assignments', 10_000_000);

-- The words that tell each topic from the others: (cluster_id, keywords), best first.
CREATE OR REPLACE TABLE topic_keywords AS
FROM topic_keywords(
  'assignments',
  coalesce(getvariable('input'), 'messages'),
  id := coalesce(getvariable('id'), 'id'),
  text := coalesce(getvariable('text'), 'text'),
  seed := coalesce(getvariable('seed'), 1234)
);

-- Random messages of each topic: (cluster_id, id, text). A person or a language model can name the topic from them.
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

-- The overview, largest topic first, with the beginning of the sample that is nearest to the centre. Its last row counts
-- the messages that are left out, if any.
WITH
  example AS (
    SELECT cluster_id, arg_min(text, distance) AS text
    FROM topic_samples
    JOIN assignments USING (id, cluster_id)
    GROUP BY cluster_id
  ),
  overview AS (
    SELECT
      cluster_id,
      size,
      round(share, 4) AS share,
      array_to_string(keywords[:6], ' ') AS keywords,
      regexp_replace(trim(example.text[:200]), '\s+', ' ', 'g')[:60] AS example
    FROM cluster_sizes('assignments')
    LEFT JOIN topic_keywords USING (cluster_id)
    LEFT JOIN example USING (cluster_id)
    UNION ALL
    SELECT NULL, count(*), NULL, NULL, 'left out: no embedding'
    FROM assignments
    WHERE cluster_id IS NULL
    HAVING count(*) > 0
  )
FROM overview
ORDER BY cluster_id IS NULL, size DESC, cluster_id;
