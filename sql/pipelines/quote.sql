-- The bill before anything is spent: what label.sql, merge.sql and refine.sql would cost with the endpoint of the environment.
--
--   ducktopics run sql/pipelines/quote.sql --db messages.duckdb --set input=messages
--
-- Nothing is asked. The names are quoted from their real prompts. The later questions show names that do not exist yet: keywords stand in
-- for them, and every topic counts for the most that it can cost. Answers in the cache cost nothing. usd is NULL where the model's price is
-- unknown (DUCKTOPICS_PRICES). Takes the variables of label.sql, merge.sql (near, ask_from) and refine.sql (misfits, offered).
--
-- Reads topics, assignments and topic_keywords. Makes the table label_bill (step, calls, prompt_tokens, completion_tokens, usd).

CREATE OR REPLACE TEMP TABLE bill_inputs AS
SELECT inputs.*, coalesce(nullif(array_to_string(topic_keywords.keywords[:5], ', '), ''), 'no words') AS stand_in
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
) AS inputs
LEFT JOIN topic_keywords USING (cluster_id);

CREATE OR REPLACE TEMP TABLE bill_offers AS
SELECT a.cluster_id, list(b.stand_in ORDER BY b.cluster_id) AS labels
FROM bill_inputs AS a
JOIN bill_inputs AS b ON b.cluster_id = a.cluster_id OR list_contains(a.neighbours, b.cluster_id)
GROUP BY a.cluster_id;

CREATE OR REPLACE TABLE label_bill AS
WITH
  name AS (
    SELECT label_quote(texts, contrast) AS quote FROM bill_inputs
  ),
  test AS (
    SELECT choose_quote(text, labels) AS quote
    FROM (SELECT cluster_id, unnest(held_out_texts) AS text FROM bill_inputs) JOIN bill_offers USING (cluster_id)
  ),
  pair AS (
    SELECT same_topic_quote(a.stand_in, a.texts, b.stand_in, b.texts) AS quote
    FROM bill_inputs AS a
    JOIN (
      SELECT cluster_id, unnest(nearest_centroids(centroid, 'topics', coalesce(getvariable('near'), 5) + 1)).cluster_id AS other_id
      FROM topics
      WHERE centroid IS NOT NULL
    ) AS near ON near.cluster_id = a.cluster_id AND near.other_id <> a.cluster_id
    JOIN bill_inputs AS b ON b.cluster_id = near.other_id
  ),
  misfit AS (
    -- One message of each topic stands for its misfits.
    SELECT choose_quote(texts[1], labels) AS quote, coalesce(getvariable('misfits'), 100) / count(*) OVER () AS weight
    FROM bill_inputs JOIN bill_offers USING (cluster_id)
  ),
  step AS (
    SELECT 1 AS place, 'name the topics' AS step, quote, 1 AS weight FROM name
    UNION ALL SELECT 2, 'test the names', quote, 1 FROM test
    UNION ALL SELECT 3, 'judge pairs (at most)', quote, 1 FROM pair
    UNION ALL SELECT 4, 'sort misfits (at most)', quote, weight FROM misfit
  )
SELECT
  step,
  ceil(sum(quote.calls * weight))::BIGINT AS calls,
  ceil(sum(quote.prompt_tokens * weight))::BIGINT AS prompt_tokens,
  ceil(sum(quote.completion_tokens * weight))::BIGINT AS completion_tokens,
  CASE WHEN count(quote.usd) = count(*) THEN sum(quote.usd * weight) END AS usd
FROM step
GROUP BY step, place
ORDER BY place;

SELECT step, calls, prompt_tokens, completion_tokens, round(usd, 4) AS usd FROM label_bill
UNION ALL
SELECT 'all', sum(calls)::BIGINT, sum(prompt_tokens)::BIGINT, sum(completion_tokens)::BIGINT,
       CASE WHEN count(usd) = count(*) THEN round(sum(usd), 4) END
FROM label_bill;
