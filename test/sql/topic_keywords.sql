CREATE TABLE messages AS
FROM (VALUES
  (1, 'The invoice for March is wrong, please send the invoice again!'),
  (2, 'My refund has not arrived; the refund of invoice 4711'),
  (3, 'Refund the second invoice: see https://pay.example.com/invoices?id=3 or ask billing@example.com'),
  (4, 'The app crashes when I open the map'),
  (5, 'App crash after the last update of the app'),
  (6, 'The map stays empty since the update, Anna''s map too'),
  (7, NULL)
) AS t (id, text);

CREATE TABLE assignments AS FROM (VALUES (1, 10), (2, 10), (3, 10), (4, 20), (5, 20), (6, 20), (7, 30), (8, NULL)) AS t (id, cluster_id);

-- topic_keywords(assignments, messages) returns the words that tell each cluster from the others
SELECT cluster_id, keywords[:4] FROM topic_keywords('assignments', 'messages');
--> (10, ['invoice', 'refund', 'arrived', 'march'])
--> (20, ['app', 'crash', 'map', 'update'])
--> (30, [])

-- topic_keywords() has columns (cluster_id, keywords VARCHAR[])
SELECT column_name, column_type FROM (DESCRIBE FROM topic_keywords('assignments', 'messages'));
--> ('cluster_id', 'INTEGER')
--> ('keywords', 'VARCHAR[]')

-- topic_keywords() returns 10 words at most
WITH texts AS (SELECT 1 AS id, array_to_string(list_transform(range(26), lambda i: repeat(chr(97 + i::INT), 4)), ' ') AS text)
SELECT len(keywords) FROM topic_keywords('assignments', 'texts') WHERE cluster_id = 10;
--> (10)

-- topic_keywords() takes n
SELECT cluster_id, keywords FROM topic_keywords('assignments', 'messages', n := 1);
--> (10, ['invoice'])
--> (20, ['app'])
--> (30, [])

-- topic_keywords() leaves out stop words, numbers, addresses and the 's of a genitive
SELECT list_intersect(flatten(list(keywords)), ['the', 'please', '4711', 'https', 'pay', 'example', 'com', 'billing', 'anna''s'])
FROM topic_keywords('assignments', 'messages', n := 100);
--> ([])

-- topic_keywords() counts singular and plural as one word, in the form that more messages use
WITH texts AS (FROM (VALUES (1, 'loans'), (2, 'loans box'), (3, 'loan boxes'), (4, 'city'), (5, 'cities'), (6, 'city boss')) AS t (id, text))
SELECT list_sort(keywords) FROM topic_keywords('assignments', 'texts') WHERE cluster_id < 30;
--> (['box', 'loans'])
--> (['boss', 'city'])

-- topic_keywords() counts a word once a message
WITH texts AS (FROM (VALUES (1, repeat('shout ', 100)), (2, 'calm'), (3, 'calm'), (4, 'one two three four five six')) AS t (id, text))
SELECT keywords = (
  WITH once AS (FROM (VALUES (1, 'shout'), (2, 'calm'), (3, 'calm'), (4, 'one two three four five six')) AS t (id, text))
  SELECT keywords FROM topic_keywords('assignments', 'once') WHERE cluster_id = 10
)
FROM topic_keywords('assignments', 'texts')
WHERE cluster_id = 10;
--> (true)

-- topic_keywords() orders words of equal weight by the alphabet
WITH texts AS (FROM (VALUES (1, 'pear apple zebra mango')) AS t (id, text))
SELECT keywords FROM topic_keywords('assignments', 'texts') WHERE cluster_id = 10;
--> (['apple', 'mango', 'pear', 'zebra'])

-- topic_keywords() knows letters of every script
WITH texts AS (FROM (VALUES (1, 'ÜBERWEISUNG überweisung'), (2, 'Счёт счёт'), (3, '発票発票')) AS t (id, text))
SELECT keywords FROM topic_keywords('assignments', 'texts') WHERE cluster_id = 10;
--> (['überweisung', 'счёт', '発票発票'])

-- topic_keywords() keeps words of 3 to 30 characters, with digits after the first letter
WITH texts AS (SELECT 1 AS id, 'ab abc ipv6 33 mp3 ' || repeat('x', 30) || ' ' || repeat('y', 31) AS text)
SELECT keywords FROM topic_keywords('assignments', 'texts') WHERE cluster_id = 10;
--> (['abc', 'ipv6', 'mp3', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'])

-- topic_keywords() reads no more than a sample of each cluster
SELECT len(keywords) < 8 FROM topic_keywords('assignments', 'messages', n := 100, sample := 1) WHERE cluster_id < 30;
--> (true)
--> (true)

-- topic_keywords() reads all messages where sample is NULL
SELECT (SELECT list(k) FROM topic_keywords('assignments', 'messages', sample := NULL) AS k)
  = (SELECT list(k) FROM topic_keywords('assignments', 'messages') AS k);
--> (true)

-- topic_keywords() takes the names of the columns of messages
WITH mail AS (SELECT id AS nr, text AS body FROM messages)
SELECT keywords[1] FROM topic_keywords('assignments', 'mail', text := 'body', id := 'nr') WHERE cluster_id < 30;
--> ('invoice')
--> ('app')

-- topic_keywords() refuses n = 0
FROM topic_keywords('assignments', 'messages', n := 0);
--! topic_keywords: expected n >= 1, got 0

-- topic_keywords() refuses a NULL n
FROM topic_keywords('assignments', 'messages', n := NULL);
--! topic_keywords: expected n >= 1, got NULL

-- topic_keywords() refuses sample = 0
FROM topic_keywords('assignments', 'messages', sample := 0);
--! topic_keywords: expected sample >= 1, got 0

-- topic_keywords() refuses a missing table
FROM topic_keywords('assignments', 'mails');
--! Table with name mails does not exist

-- topic_keywords() refuses assignments without cluster_id
FROM topic_keywords('messages', 'messages');
--! unknown column: cluster_id; expected one of id, text

-- topic_keywords() refuses messages without text
FROM topic_keywords('assignments', 'messages', text := 'body');
--! unknown column: body; expected one of id, text

-- topic_keywords() refuses messages without id
FROM topic_keywords('assignments', 'messages', id := 'nr');
--! unknown column: nr; expected one of id, text
