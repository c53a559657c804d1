-- topic_keywords(assignments, messages, n := 10, text := 'text', id := 'id', sample := 1000, seed := 1234)
--   returns: table (cluster_id, keywords VARCHAR[])
--
-- Finds the n words that tell each cluster from the others, best first.
--
-- `assignments` names a table, view, CTE or file with the columns `id` and `cluster_id`, such as `assign_clusters` gives;
-- `messages` another one, whose columns `id` and `text` name. `id` must be unique in both:
-- rows that share one are joined each with each. Words are weighted by class-based TF-IDF (Grootendorst 2022,
-- arXiv:2203.05794) over messages: sqrt(messages of the cluster with the word) * ln(1 + words of an average cluster / messages with
-- the word), where a word counts once a message. So a long or repetitive message weighs no more than a short one, and the
-- square root, as in BERTopic's reduce_frequent_words, prefers telling words to frequent ones.
--
-- Words are runs of letters of any script, with digits after the first letter, in lower case and of 3 to 30 characters. English stop
-- words, numbers, and the addresses of pages and people are left out. Singular and plural count as one word, in the form
-- that more messages use. Equal weights are ordered by the word. A cluster without words has an empty list.
--
-- `sample` random messages of each cluster are read, drawn as by `cluster_samples` with `seed`; NULL reads all. The text of
-- a message takes about 0.1 milliseconds a kilobyte on one core, and the counts need memory for each pair of cluster and word.
--
-- Errors: n or sample < 1; a missing table or column.
--
-- Example:
--   SELECT * FROM topic_keywords('assignments', 'messages', n := 3);
CREATE OR REPLACE TEMP MACRO topic_keywords(
  assignments, messages, n := 10, text := 'text', id := 'id', sample := 1000, seed := 1234
) AS TABLE
  WITH
    _keyword_member AS (
      SELECT _all.cluster_id, _all.id
      FROM (
        SELECT columns(_as_column(*, 'cluster_id')) AS cluster_id, columns(_as_column(*, 'id')) AS id
        FROM query_table(_as_table(assignments))
      ) AS _all
      WHERE sample IS NULL AND _all.cluster_id IS NOT NULL
      UNION ALL
      SELECT _drawn.cluster_id, unnest(_drawn.ids).id
      FROM _sampled_ids(assignments, _at_least(coalesce(sample, 1), 1, 'topic_keywords', 'sample'), seed) AS _drawn
      WHERE sample IS NOT NULL
    ),
    _keyword_token AS (
      SELECT _member.cluster_id, unnest(_tokens(_message.text)) AS token
      FROM _keyword_member AS _member
      JOIN (
        SELECT columns(_as_column(*, id)) AS id, columns(_as_column(*, text)) AS text
        FROM query_table(_as_table(messages))
      ) AS _message
        ON _message.id = _member.id
    ),
    _keyword_word AS (
      SELECT _token.cluster_id, _token.token, count(*) AS messages
      FROM _keyword_token AS _token
      WHERE _token.token NOT IN (SELECT unnest(_stop_words()))
      GROUP BY _token.cluster_id, _token.token
    ),
    _keyword_family AS (
      SELECT
        _word.cluster_id,
        _word_family(_word.token) AS family,
        -- The most used form; of equals the first by the alphabet.
        arg_min(_word.token, {'messages': -_word.messages, 'token': _word.token}) AS token,
        sum(_word.messages) AS messages
      FROM _keyword_word AS _word
      GROUP BY _word.cluster_id, _word_family(_word.token)
    ),
    _keyword_total AS (
      SELECT sum(_family.messages) / count(DISTINCT _family.cluster_id) AS words_a_cluster
      FROM _keyword_family AS _family
    ),
    _keyword_weight AS (
      SELECT
        _family.cluster_id,
        _family.token,
        sqrt(_family.messages)
          * ln(1 + _total.words_a_cluster / sum(_family.messages) OVER (PARTITION BY _family.family)) AS weight
      FROM _keyword_family AS _family, _keyword_total AS _total
    ),
    _keyword_best AS (
      SELECT
        _weight.cluster_id,
        list_transform(
          min({'order': -_weight.weight, 'token': _weight.token}, _at_least(n, 1, 'topic_keywords', 'n')),
          lambda best: best.token
        ) AS keywords
      FROM _keyword_weight AS _weight
      GROUP BY _weight.cluster_id
    )
  SELECT _cluster.cluster_id, coalesce(_best.keywords, []) AS keywords
  FROM (
    SELECT DISTINCT columns(_as_column(*, 'cluster_id')) AS cluster_id
    FROM query_table(_as_table(assignments))
  ) AS _cluster
  LEFT JOIN _keyword_best AS _best USING (cluster_id)
  WHERE _cluster.cluster_id IS NOT NULL
  ORDER BY _cluster.cluster_id;
