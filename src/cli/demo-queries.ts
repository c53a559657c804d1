/** What the demo prints: the topics, the largest first, each with the subject of the mail nearest to its centre. */
export const topicsQuery = `
SELECT
  sizes.cluster_id AS topic,
  sizes.size,
  printf('%.1f %%', 100 * sizes.share) AS share,
  label,
  array_to_string(topic_keywords.keywords[:6], ', ') AS keywords,
  nearest.subject AS typical_subject
FROM cluster_sizes('assignments') AS sizes
LEFT JOIN topic_labels USING (cluster_id)
LEFT JOIN topic_keywords USING (cluster_id)
LEFT JOIN (
  SELECT cluster_id, arg_min(subject, distance) AS subject
  FROM assignments JOIN messages USING (id)
  WHERE subject <> ''
  GROUP BY cluster_id
) AS nearest USING (cluster_id)
ORDER BY sizes.size DESC, topic`;

/** The figures of `--json`: the objective is the sum of squared distances of all messages to their centroids. */
export const figuresQuery = `
SELECT
  (SELECT count(*) FROM messages) AS messages,
  (SELECT count(*) FROM topics) AS topics,
  count(*) AS assigned,
  sum(distance::DOUBLE) AS objective,
  (SELECT max(share) FROM cluster_sizes('assignments')) AS largest_share
FROM assignments`;

export const tryNext: { what: string; sql: string }[] = [
  {
    what: 'Mails on the border between two topics',
    sql: 'SELECT cluster_id, margin, subject FROM assignments JOIN messages USING (id) ORDER BY margin LIMIT 10',
  },
  {
    what: 'How much of each topic is spam',
    sql: "SELECT cluster_id, keywords[:4] AS keywords, avg((folder LIKE 'spam%')::INT) AS spam FROM assignments JOIN messages USING (id) JOIN topic_keywords USING (cluster_id) GROUP BY ALL ORDER BY spam DESC",
  },
  {
    what: 'The three topics nearest to one mail',
    sql: "SELECT subject, nearest_centroids(embedding, 'topics', 3) AS nearest FROM messages WHERE id = 42",
  },
];
