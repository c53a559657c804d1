CREATE TABLE messages AS SELECT i AS id, 'text ' || i AS text, i % 5 AS lang FROM range(1000) AS t (i);

CREATE TABLE assignments AS SELECT id, CASE WHEN id < 990 THEN id % 4 * 10 WHEN id < 995 THEN 99 END AS cluster_id FROM messages;

-- cluster_samples(assignments, messages) returns 20 messages of each cluster, or all where there are fewer
SELECT cluster_id, count(*), count(DISTINCT id) FROM cluster_samples('assignments', 'messages') GROUP BY ALL ORDER BY ALL;
--> (0, 20, 20)
--> (10, 20, 20)
--> (20, 20, 20)
--> (30, 20, 20)
--> (99, 5, 5)

-- cluster_samples() has columns (cluster_id, id, text)
SELECT column_name, column_type FROM (DESCRIBE FROM cluster_samples('assignments', 'messages'));
--> ('cluster_id', 'BIGINT')
--> ('id', 'BIGINT')
--> ('text', 'VARCHAR')

-- cluster_samples() takes messages from their own cluster, with their own text
SELECT count(*)
FROM cluster_samples('assignments', 'messages', n := 100) AS drawn
JOIN assignments USING (id)
WHERE drawn.cluster_id <> assignments.cluster_id OR text <> 'text ' || id;
--> (0)

-- cluster_samples() draws the same messages for the same seed
SELECT (SELECT list(s) FROM cluster_samples('assignments', 'messages', seed := 5) AS s)
  = (SELECT list(s) FROM cluster_samples('assignments', 'messages', seed := 5) AS s);
--> (true)

-- cluster_samples() draws other messages for another seed
SELECT count(*) < 30
FROM cluster_samples('assignments', 'messages', seed := 5) AS a
JOIN cluster_samples('assignments', 'messages', seed := 6) AS b ON a.id = b.id
WHERE a.cluster_id <> 99;
--> (true)

-- cluster_samples() with a larger n keeps the messages of a smaller one
SELECT count(*)
FROM cluster_samples('assignments', 'messages', n := 3) AS few
JOIN cluster_samples('assignments', 'messages', n := 9) AS more USING (id);
--> (15)

-- cluster_samples() takes the names of the columns of messages
WITH mail AS (SELECT id AS "Message Id", lang AS body FROM messages)
SELECT id % 5 = text FROM cluster_samples('assignments', 'mail', n := 1, id := 'message id', text := 'body') WHERE cluster_id = 99;
--> (true)

-- cluster_samples() has a row for a message without text
WITH mute AS (SELECT id, NULL::VARCHAR AS text FROM messages)
SELECT count(*), count(text) FROM cluster_samples('assignments', 'mute', n := 2);
--> (10, 0)

-- cluster_samples() refuses n = 0
FROM cluster_samples('assignments', 'messages', n := 0);
--! cluster_samples: expected n >= 1, got 0

-- cluster_samples() refuses a NULL n
FROM cluster_samples('assignments', 'messages', n := NULL);
--! cluster_samples: expected n >= 1, got NULL

-- cluster_samples() refuses a missing table of assignments
FROM cluster_samples('assigned', 'messages');
--! Table with name assigned does not exist

-- cluster_samples() refuses a missing table of messages
FROM cluster_samples('assignments', 'mails');
--! Table with name mails does not exist

-- cluster_samples() refuses assignments without cluster_id
FROM cluster_samples('messages', 'messages');
--! unknown column: cluster_id; expected one of id, text, lang

-- cluster_samples() refuses assignments without id
WITH bare AS (SELECT cluster_id FROM assignments) FROM cluster_samples('bare', 'messages');
--! unknown column: id; expected one of cluster_id

-- cluster_samples() refuses messages without text
FROM cluster_samples('assignments', 'messages', text := 'body');
--! unknown column: body; expected one of id, text, lang

-- cluster_samples() refuses messages without id
FROM cluster_samples('assignments', 'messages', id := 'message_id');
--! unknown column: message_id; expected one of id, text, lang
