-- Names for the topics that discover.sql has found, each with its evidence.
--
--   ducktopics run sql/pipelines/label.sql --db messages.duckdb --set input=messages
--
-- With an OpenAI-compatible endpoint (OPENAI_API_KEY, OPENAI_BASE_URL, DUCKTOPICS_LABEL_MODEL) a language model names them; without one
-- their keywords do, and the column provider says so. Run it again after an interrupt, a fault or a used-up budget: what was answered
-- is kept, and only what is missing is asked. What it would cost: sql/pipelines/quote.sql.
--
-- Variable    Default      Meaning
-- input       messages     the messages, as for discover.sql
-- id          id           its column that tells messages apart
-- text        text         its column with the text
-- samples     20           how many random messages of a topic the name is made from
-- contrast    12           how many messages of the nearest topics it is told from
-- held_out    3            how many further messages the name is tested with; 0 for no test
-- neighbours  4            how many nearest topics count as such
-- seed        1234         another seed draws other messages
--
-- Reads topics, assignments and topic_keywords. Makes the tables label_inputs, label_evidence and topic_labels, in place of earlier ones.

-- What each name is made from: (cluster_id, texts, sample_ids, contrast, held_out_texts, held_out_ids, neighbours).
CREATE OR REPLACE TABLE label_inputs AS
FROM label_inputs(
  'assignments',
  coalesce(getvariable('input'), 'messages'),
  'topics',
  n := coalesce(getvariable('samples'), 20),
  contrast := coalesce(getvariable('contrast'), 12),
  held_out := coalesce(getvariable('held_out'), 3),
  neighbours := coalesce(getvariable('neighbours'), 4),
  seed := coalesce(getvariable('seed'), 1234),
  id := coalesce(getvariable('id'), 'id'),
  text := coalesce(getvariable('text'), 'text')
);

-- The first names. All topics are asked for at once, as many at a time as the endpoint's limit allows.
CREATE OR REPLACE TEMP TABLE label_first AS
SELECT cluster_id, unnest(try_describe_cluster(texts, contrast, []))
FROM label_inputs;

-- Where no model answered, the topic's keywords over all messages are a better name than those of its sample.
CREATE OR REPLACE TEMP TABLE label_named AS
SELECT
  label_first.* REPLACE (
    CASE
      WHEN provider = 'keywords' AND len(topic_keywords.keywords) > 0 THEN array_to_string(topic_keywords.keywords[:3], ', ')
      ELSE label
    END AS label,
    CASE
      WHEN provider = 'keywords' AND len(topic_keywords.keywords) > 0 THEN topic_keywords.keywords
      ELSE label_first.keywords
    END AS keywords
  ),
  coalesce(sizes.size, 0) AS size
FROM label_first
LEFT JOIN cluster_sizes('assignments') AS sizes USING (cluster_id)
LEFT JOIN topic_keywords USING (cluster_id);

-- Topics that got the same name, the largest of them first. The largest keeps it.
CREATE OR REPLACE TEMP TABLE label_twins AS
SELECT cluster_id, label, row_number() OVER (PARTITION BY lower(label) ORDER BY size DESC, cluster_id) AS place
FROM label_named
QUALIFY count(*) OVER (PARTITION BY lower(label)) > 1;

-- The others are asked for again, with the messages of their twins for contrast and the name marked as taken.
CREATE OR REPLACE TEMP TABLE label_again AS
SELECT cluster_id, unnest(try_describe_cluster(texts, twin_texts, [label]))
FROM (
  SELECT
    twin.cluster_id,
    any_value(twin.label) AS label,
    any_value(own.texts) AS texts,
    flatten(list(other.texts[:10] ORDER BY same.place)) AS twin_texts
  FROM label_twins AS twin
  JOIN label_inputs AS own USING (cluster_id)
  JOIN label_twins AS same ON lower(same.label) = lower(twin.label) AND same.cluster_id <> twin.cluster_id AND same.place < 4
  JOIN label_inputs AS other ON other.cluster_id = same.cluster_id
  WHERE twin.place > 1
  GROUP BY twin.cluster_id
);

UPDATE label_named
SET label = label_again.label, description = label_again.description, keywords = label_again.keywords
FROM label_again
WHERE label_again.cluster_id = label_named.cluster_id AND label_again.status = 'done' AND label_again.provider = 'openai';

-- Names that are still the same get a keyword that no twin has; if that does not help either, their number.
UPDATE label_named
SET label = left(told_apart.label, 60) || ' (' || told_apart.word || ')'
FROM (
  WITH twin AS (
    SELECT cluster_id, label, keywords, row_number() OVER (PARTITION BY lower(label) ORDER BY size DESC, cluster_id) AS place
    FROM label_named
    QUALIFY count(*) OVER (PARTITION BY lower(label)) > 1
  )
  SELECT
    twin.cluster_id,
    twin.label,
    coalesce(
      list_filter(twin.keywords, lambda word: NOT contains(lower(twin.label), lower(word)) AND NOT list_contains(others.words, word))[1][:18],
      twin.place::VARCHAR
    ) AS word
  FROM twin
  JOIN (
    SELECT a.cluster_id, flatten(list(b.keywords ORDER BY b.cluster_id)) AS words
    FROM twin AS a JOIN twin AS b ON lower(a.label) = lower(b.label) AND a.cluster_id <> b.cluster_id
    GROUP BY a.cluster_id
  ) AS others USING (cluster_id)
  WHERE twin.place > 1
) AS told_apart
WHERE told_apart.cluster_id = label_named.cluster_id;

UPDATE label_named
SET label = left(label, 60) || ' #' || cluster_id
WHERE cluster_id IN (
  SELECT cluster_id FROM label_named
  QUALIFY row_number() OVER (PARTITION BY lower(label) ORDER BY size DESC, cluster_id) > 1
);

-- The test of the names: each held-out message is shown its topic's name among those of the nearest topics, and must be matched to it.
CREATE OR REPLACE TABLE label_evidence AS
SELECT
  asked.cluster_id,
  asked.id,
  asked.label,
  asked.offered,
  asked.answer.label AS choice,
  asked.answer.confidence AS confidence,
  asked.answer.provider AS provider,
  asked.answer.status AS status,
  CASE WHEN asked.answer.status = 'done' THEN NOT asked.answer.is_new AND asked.answer.label = asked.label END AS is_right
FROM (
  SELECT cluster_id, id, label, offered, try_choose_topic(text, offered) AS answer
  FROM (
    SELECT own.cluster_id, unnest(held_out_ids) AS id, unnest(held_out_texts) AS text, named.label, offered.labels AS offered
    FROM label_inputs AS own
    JOIN label_named AS named USING (cluster_id)
    JOIN (
      -- In an order that does not tell which one is right.
      SELECT a.cluster_id, list(b.label ORDER BY hash(b.label), b.label) AS labels
      FROM label_inputs AS a
      JOIN label_named AS b ON b.cluster_id = a.cluster_id OR list_contains(a.neighbours, b.cluster_id)
      GROUP BY a.cluster_id
    ) AS offered USING (cluster_id)
  )
) AS asked
ORDER BY ALL;

-- The names: status is done, pending (the budget is used up) or failed; score is the share of the held-out messages that were matched.
CREATE OR REPLACE TABLE topic_labels AS
SELECT
  cluster_id,
  label,
  CASE WHEN provider = 'openai' THEN description END AS description,
  keywords,
  provider,
  model,
  status,
  error,
  score,
  sample_ids,
  held_out_ids
FROM label_named
JOIN label_inputs USING (cluster_id)
LEFT JOIN (SELECT cluster_id, avg(is_right::INTEGER) AS score FROM label_evidence GROUP BY cluster_id) USING (cluster_id)
ORDER BY cluster_id;

-- The overview, largest topic first.
SELECT cluster_id, size, label, provider, status, round(score, 2) AS score
FROM topic_labels
JOIN cluster_sizes('assignments') USING (cluster_id)
ORDER BY size DESC, cluster_id;
