-- The messages that do not fit their topic, where they belong instead, and the topics that are missing.
--
--   ducktopics run sql/pipelines/refine.sql --db messages.duckdb --set input=messages
--
-- The messages least similar to their topic's label and closest to the border of another topic are offered their nearest topics and "none
-- of these". A language model chooses where an endpoint is configured, otherwise the offline sentence encoder. The answers stand beside the
-- assignments, which stay as they are. Messages without a topic that lie close together are proposed as new ones.
--
-- Label similarity needs labels embedded as the messages are: with the same embedding model (DUCKTOPICS_EMBEDDING_MODEL, or
-- DUCKTOPICS_EMBEDDINGS=offline). Where the dimensions differ it is left out.
--
-- Variable     Default     Meaning
-- input        messages    the messages, as for discover.sql
-- id           id          its column that tells messages apart
-- text         text        its column with the text
-- embedding    embedding   its column with the embedding
-- misfits      100         how many messages are offered other topics: the most calls; 0 for none
-- share        0.05        how much of each topic can be a misfit
-- offered      5           how many nearest topics a message is offered
-- close        0.6         the cosine from which two messages lie close together
-- members      3           how many messages that lie close together make a new topic
-- typical      3           how many of the most typical messages of each topic to keep
--
-- Reads topics, assignments and topic_labels. Makes the tables misfits, proposed_topics and typical_messages.

-- The embeddings of the labels, in the form of a model.
CREATE OR REPLACE TEMP TABLE topic_vectors AS
SELECT cluster_id, embed_text(label) AS centroid FROM topic_labels ORDER BY cluster_id;

CREATE OR REPLACE TEMP TABLE misfit_found AS
FROM misfit_candidates(
  'assignments',
  coalesce(getvariable('input'), 'messages'),
  'topic_vectors',
  n := greatest(1, coalesce(getvariable('misfits'), 100)),
  share := coalesce(getvariable('share'), 0.05),
  id := coalesce(getvariable('id'), 'id'),
  embedding := coalesce(getvariable('embedding'), 'embedding')
)
WHERE coalesce(getvariable('misfits'), 100) > 0;

-- The misfits with their text and embedding, and the topics that each is offered.
CREATE OR REPLACE TEMP TABLE misfit_offered AS
WITH message AS (
  SELECT
    columns(c -> lower(c) = lower(coalesce(getvariable('id'), 'id'))) AS id,
    columns(c -> lower(c) = lower(coalesce(getvariable('text'), 'text'))) AS text,
    columns(c -> lower(c) = lower(coalesce(getvariable('embedding'), 'embedding')))::FLOAT[] AS embedding
  FROM query_table(_as_table(coalesce(getvariable('input'), 'messages')))
),
near AS (
  SELECT misfit_found.*, text, embedding,
         list_transform(nearest_centroids(embedding, 'topics', coalesce(getvariable('offered'), 5)), lambda topic: topic.cluster_id) AS near_ids
  FROM misfit_found
  JOIN message USING (id)
)
SELECT
  near.id,
  any_value(near.cluster_id) AS cluster_id,
  any_value(near.label_similarity) AS label_similarity,
  any_value(near.margin) AS margin,
  any_value(near.misfit) AS misfit,
  any_value(near.text) AS text,
  any_value(near.embedding) AS embedding,
  list(topic_labels.label ORDER BY list_position(near.near_ids, topic_labels.cluster_id)) AS offered
FROM near
JOIN topic_labels ON list_contains(near.near_ids, topic_labels.cluster_id)
GROUP BY near.id;

-- Where they belong: (id, cluster_id, label_similarity, margin, misfit, offered, choice, choice_id, is_new, confidence, provider, status, error).
-- choice_id is the topic chosen, NULL for a new one; choice = label of cluster_id confirms the assignment.
CREATE OR REPLACE TABLE misfits AS
SELECT
  asked.id,
  asked.cluster_id,
  asked.label_similarity,
  asked.margin,
  asked.misfit,
  asked.offered,
  asked.answer.label AS choice,
  CASE WHEN NOT asked.answer.is_new THEN topic_labels.cluster_id END AS choice_id,
  asked.answer.is_new AS is_new,
  asked.answer.confidence AS confidence,
  asked.answer.provider AS provider,
  asked.answer.status AS status,
  asked.answer.error AS error
FROM (
  SELECT *, try_choose_topic(text, offered) AS answer FROM misfit_offered
) AS asked
LEFT JOIN topic_labels ON topic_labels.label = asked.answer.label
ORDER BY asked.misfit DESC, asked.id;

-- Messages that need a new topic, and the pairs of them that lie close together.
CREATE OR REPLACE TEMP TABLE new_messages AS
SELECT row_number() OVER (ORDER BY id)::INTEGER AS cluster_id, id, 1 AS size, text, embedding AS centroid
FROM misfits
JOIN misfit_offered USING (id)
WHERE is_new;

CREATE OR REPLACE TEMP TABLE new_pairs AS
SELECT a.cluster_id, b.cluster_id AS other_id
FROM new_messages AS a
JOIN new_messages AS b ON a.cluster_id < b.cluster_id
WHERE list_cosine_similarity(a.centroid, b.centroid) >= coalesce(getvariable('close'), 0.6);

-- The proposals: (proposal_id, label, size, centroid, ids, status), in the form of a model: INSERT INTO topics takes them over, once
-- their ids are made new.
CREATE OR REPLACE TABLE proposed_topics AS
SELECT proposal_id, answer.label AS label, size, centroid, ids, answer.provider AS provider, answer.status AS status
FROM (
  SELECT proposal_id, size, centroid, ids, try_describe_cluster(texts, [], (SELECT list(label ORDER BY cluster_id) FROM topic_labels)) AS answer
  FROM (
    SELECT
      row_number() OVER (ORDER BY count(*) DESC, topic_id)::INTEGER AS proposal_id,
      count(*) AS size,
      vector_mean(centroid) AS centroid,
      list(id ORDER BY id) AS ids,
      list(text ORDER BY id) AS texts
    FROM topic_groups('new_pairs', 'new_messages')
    JOIN new_messages USING (cluster_id)
    GROUP BY topic_id
    HAVING count(*) >= coalesce(getvariable('members'), 3)
  )
)
ORDER BY proposal_id;

-- The most typical messages of each topic, nearest to its centre first: (cluster_id, place, id, distance).
CREATE OR REPLACE TABLE typical_messages AS
SELECT cluster_id, generate_subscripts(best, 1) AS place, unnest(best).id AS id, unnest(best).distance AS distance
FROM (
  SELECT cluster_id, min({'distance': distance, 'id': id}, coalesce(getvariable('typical'), 3)) AS best
  FROM assignments
  WHERE cluster_id IS NOT NULL
  GROUP BY cluster_id
)
ORDER BY cluster_id, place;

-- The overview: what became of the misfits.
SELECT
  CASE
    WHEN status <> 'done' THEN status
    WHEN is_new THEN 'new topic'
    WHEN choice_id = cluster_id THEN 'fits after all'
    ELSE 'fits another topic'
  END AS outcome,
  count(*) AS messages,
  round(avg(confidence), 2) AS confidence
FROM misfits
GROUP BY outcome
ORDER BY messages DESC, outcome;
