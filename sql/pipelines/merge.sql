-- Topics that are one under two names become one, and all topics a tree.
--
--   ducktopics run sql/pipelines/merge.sql --db messages.duckdb
--
-- Candidates are pairs of topics near to each other by centroid or by label. A language model judges them where an endpoint is configured;
-- otherwise a threshold does. The result is rows: topic_map tells the topic of each cluster, the assignments stay as they are. To
-- take a merger back, delete its row of topic_merges and run topic_groups again; to see messages by merged topic, join topic_map.
--
-- Variable       Default   Meaning
-- near           5         how many nearest topics are candidates, by centroid and by label
-- ask_from       0.6       the mean cosine of centroids and labels from which a pair is shown to the model
-- merge_from     0.74      the mean cosine from which a pair is one topic, where no model is asked
-- supertopics    sqrt(n)   how many supertopics the n merged topics get
-- seed           1234      the seed of their clustering
--
-- Reads topics, assignments, topic_labels and label_inputs. Makes the tables topic_merges, topic_map, merged_topics and supertopics.

-- The embeddings of the labels, in the form of a model.
CREATE OR REPLACE TEMP TABLE topic_vectors AS
SELECT cluster_id, embed_text(label) AS centroid FROM topic_labels ORDER BY cluster_id;

-- The judgements: (cluster_id, other_id, centroid_similarity, label_similarity, similarity, judged_by, same, confidence, status, error).
CREATE OR REPLACE TABLE topic_merges AS
WITH candidate AS (
  FROM merge_candidates('topics', 'topic_vectors', n := coalesce(getvariable('near'), 5))
),
asked AS (
  SELECT candidate.*, same_topic(a.label, x.texts, b.label, y.texts) AS answer
  FROM candidate
  JOIN topic_labels AS a USING (cluster_id)
  JOIN label_inputs AS x USING (cluster_id)
  JOIN topic_labels AS b ON b.cluster_id = candidate.other_id
  JOIN label_inputs AS y ON y.cluster_id = candidate.other_id
  WHERE label_provider() = 'openai' AND candidate.similarity >= coalesce(getvariable('ask_from'), 0.6)
)
SELECT
  asked.* EXCLUDE (answer),
  'model' AS judged_by,
  -- What the model was not asked, the threshold decides; status says so.
  coalesce(answer.same, similarity >= coalesce(getvariable('merge_from'), 0.74)) AS same,
  answer.confidence AS confidence,
  answer.status AS status,
  answer.error AS error
FROM asked
UNION ALL
SELECT
  candidate.*,
  'threshold',
  similarity >= coalesce(getvariable('merge_from'), 0.74),
  NULL,
  'done',
  NULL
FROM candidate
WHERE label_provider() <> 'openai'
ORDER BY similarity DESC, cluster_id, other_id;

CREATE OR REPLACE TEMP TABLE topic_pairs AS
SELECT cluster_id, other_id FROM topic_merges WHERE same;

-- The topics with the messages that are assigned to them; the size of the model is that of the training's last pass.
CREATE OR REPLACE TEMP TABLE topic_counts AS
SELECT cluster_id, centroid, coalesce(sizes.size, 0) AS size
FROM topics
LEFT JOIN cluster_sizes('assignments') AS sizes USING (cluster_id);

-- The topic of each cluster: (cluster_id, topic_id). topic_id is the cluster_id of the largest among those that became one.
CREATE OR REPLACE TABLE topic_map AS
FROM topic_groups('topic_pairs', 'topic_counts');

-- One name for the topics that became one; a topic by itself keeps its name.
CREATE OR REPLACE TEMP TABLE merged_named AS
SELECT topic_id, size, cluster_ids, centroid, largest, coalesce(merge_label(labels), largest) AS label
FROM (
  SELECT
    topic_map.topic_id,
    sum(topic_counts.size)::BIGINT AS size,
    list(topic_map.cluster_id ORDER BY topic_counts.size DESC, topic_map.cluster_id) AS cluster_ids,
    list(topic_labels.label ORDER BY topic_counts.size DESC, topic_map.cluster_id) AS labels,
    any_value(topic_labels.label) FILTER (topic_map.cluster_id = topic_map.topic_id) AS largest,
    any_value(topic_counts.centroid) FILTER (topic_map.cluster_id = topic_map.topic_id) AS centroid
  FROM topic_map
  JOIN topic_counts USING (cluster_id)
  JOIN topic_labels USING (cluster_id)
  GROUP BY topic_map.topic_id
);

-- The merged topics: (topic_id, label, size, cluster_ids). A new name that another topic has gives way to that of the largest cluster.
CREATE OR REPLACE TABLE merged_topics AS
SELECT
  topic_id,
  CASE WHEN count(*) OVER (PARTITION BY lower(label)) > 1 THEN largest ELSE label END AS label,
  size,
  cluster_ids
FROM merged_named
ORDER BY size DESC, topic_id;

-- Supertopics: the centroids, each counted by its size, clustered with kmeans. The counts are scaled to some 50 a topic.
CREATE OR REPLACE TEMP TABLE super_centroids AS
SELECT (generate_subscripts(centroids, 1) - 1)::INTEGER AS cluster_id, unnest(centroids) AS centroid
FROM (
  SELECT kmeans(
    centroid,
    (SELECT least(count(*), greatest(1, coalesce(getvariable('supertopics'), ceil(sqrt(count(*))))))::BIGINT FROM merged_named),
    20,
    coalesce(getvariable('seed'), 1234)
  ) AS centroids
  FROM (
    SELECT centroid, unnest(range(greatest(1, round(50 * size * count(*) OVER () / sum(size) OVER ()))::BIGINT))
    FROM merged_named
  )
);

-- A second level above the first, where that has more than 10 rows.
CREATE OR REPLACE TEMP TABLE super_members AS
SELECT topic_id, label, size, nearest_centroid(centroid, 'super_centroids') AS super_id FROM merged_named;

CREATE OR REPLACE TEMP TABLE super_sizes AS
SELECT cluster_id, centroid, sum(size)::BIGINT AS size, list(label ORDER BY super_members.size DESC, topic_id) AS labels
FROM super_centroids
JOIN super_members ON super_id = cluster_id
GROUP BY cluster_id, centroid;

CREATE OR REPLACE TEMP TABLE root_centroids AS
SELECT (generate_subscripts(centroids, 1) - 1)::INTEGER AS cluster_id, unnest(centroids) AS centroid
FROM (
  SELECT kmeans(centroid, (SELECT ceil(sqrt(count(*)))::BIGINT FROM super_sizes), 20, coalesce(getvariable('seed'), 1234)) AS centroids
  FROM (
    SELECT centroid, unnest(range(greatest(1, round(50 * size * count(*) OVER () / sum(size) OVER ()))::BIGINT))
    FROM super_sizes
  )
  HAVING count(*) > 0
);

CREATE OR REPLACE TEMP TABLE super_roots AS
SELECT cluster_id, size, labels, nearest_centroid(centroid, 'root_centroids') AS root_id FROM super_sizes;

-- The tree: (level, topic_id, parent_id, label, size). Level 0 are the merged topics, 1 their supertopics, 2 those of level 1 where
-- there are more than 10. A row's parent_id is the topic_id of a row one level up; NULL at the top. A supertopic is named after
-- its largest topics.
CREATE OR REPLACE TABLE supertopics AS
WITH has_roots AS (SELECT count(*) > 10 AS yes FROM super_roots)
SELECT 0 AS level, topic_id, super_id AS parent_id, merged_topics.label, merged_topics.size
FROM merged_topics JOIN super_members USING (topic_id)
UNION ALL
SELECT 1, cluster_id, CASE WHEN yes THEN root_id END, coalesce(merge_label(labels[:8]), labels[1]), size
FROM super_roots, has_roots
UNION ALL
SELECT 2, root_id, NULL, coalesce(merge_label(labels), labels[1]), size
FROM (
  SELECT root_id, flatten(list(labels[:3] ORDER BY size DESC, cluster_id)) AS labels, sum(size)::BIGINT AS size
  FROM super_roots, has_roots
  WHERE yes
  GROUP BY root_id
)
ORDER BY level DESC, size DESC, topic_id;

-- The overview: the tree from its top, each supertopic with its largest topics.
SELECT parent.label AS supertopic, parent.size, count(*) AS topics, list(child.label ORDER BY child.size DESC)[:3] AS largest
FROM supertopics AS parent
JOIN supertopics AS child ON child.level = 0 AND child.parent_id = parent.topic_id
WHERE parent.level = 1
GROUP BY ALL
ORDER BY parent.size DESC, parent.label;
