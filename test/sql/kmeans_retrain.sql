CREATE TABLE messages AS
SELECT i AS id, [(i % 3) * 10.0 + (i // 3) % 2, 1.0]::FLOAT[] AS embedding FROM range(60) AS t (i);

CREATE TABLE topics AS FROM kmeans_train('messages', k := 3, passes := 2);

-- kmeans_retrain(tbl, model) has columns (cluster_id INTEGER, centroid FLOAT[], size BIGINT)
SELECT column_name, column_type FROM (DESCRIBE FROM kmeans_retrain('messages', 'topics'));
--> ('cluster_id', 'INTEGER')
--> ('centroid', 'FLOAT[]')
--> ('size', 'BIGINT')

-- kmeans_retrain() leaves a model that fits as it is
SELECT count(*) FROM kmeans_retrain('messages', 'topics') JOIN topics USING (cluster_id, centroid, size);
--> (3)

-- kmeans_retrain() gives up a topic without rows for one that the model has not
WITH grown AS (FROM messages UNION ALL SELECT 60 + i, [80, 5]::FLOAT[] FROM range(10) AS t (i)),
  old AS (FROM topics UNION ALL SELECT 3, [-500, 0]::FLOAT[], 0)
SELECT centroid, size FROM kmeans_retrain('grown', 'old') ORDER BY centroid;
--> ([0.5, 1]::FLOAT[], 20)
--> ([10.5, 1]::FLOAT[], 20)
--> ([20.5, 1]::FLOAT[], 20)
--> ([80, 5]::FLOAT[], 10)

-- kmeans_retrain() changes nothing where it is not worth it
WITH grown AS (FROM messages UNION ALL SELECT 60 + i, [25, 1]::FLOAT[] FROM range(10) AS t (i))
SELECT centroid, size FROM kmeans_retrain('grown', 'topics', worth := 1e9) ORDER BY centroid;
--> ([0.5, 1]::FLOAT[], 20)
--> ([10.5, 1]::FLOAT[], 20)
--> ([22, 1]::FLOAT[], 30)

-- kmeans_retrain() with a larger k cuts topics in two
SELECT count(*), sum(size), max(size) FROM kmeans_retrain('messages', 'topics', k := 6);
--> (6, 60, 10)

-- kmeans_retrain() with a smaller k gives up those that cost least
WITH near AS (SELECT id, CASE WHEN id % 3 = 2 THEN [embedding[1] - 8, 1]::FLOAT[] ELSE embedding END AS embedding FROM messages)
SELECT centroid, size FROM kmeans_retrain('near', 'topics', k := 2) ORDER BY size;
--> ([0.5, 1]::FLOAT[], 20)
--> ([11.5, 1]::FLOAT[], 40)

-- kmeans_retrain() with a much smaller k gives up all others, though cuts would save more
WITH old AS (FROM topics UNION ALL SELECT 3 + i, [20 + i, 9]::FLOAT[], 0 FROM range(5) AS t (i))
SELECT k, len(list(size)), sum(size)
FROM (SELECT 1 AS k, size FROM kmeans_retrain('messages', 'old', k := 1) UNION ALL SELECT 2, size FROM kmeans_retrain('messages', 'old', k := 2))
GROUP BY k ORDER BY k;
--> (1, 1, 60)
--> (2, 2, 60)

-- kmeans_retrain() with one topic makes it the mean
WITH one AS (FROM topics LIMIT 1) SELECT centroid, size FROM kmeans_retrain('messages', 'one');
--> ([10.5, 1]::FLOAT[], 60)

-- kmeans_retrain() works where all rows are the same
WITH same AS (SELECT [1.0, 1.0] AS embedding FROM messages) SELECT size FROM kmeans_retrain('same', 'topics') ORDER BY size;
--> (0)
--> (0)
--> (60)

-- The first pass takes the row at 4 from the topic at 1, whose rows are then alike in single precision.
CREATE TABLE precise AS
SELECT [1 + i * 1e-12]::DOUBLE[] AS embedding FROM range(20) AS t (i) UNION ALL SELECT unnest([[4.0], [5.0], [5.1]]);

CREATE TABLE wide AS FROM (VALUES (0, [0]::FLOAT[]), (1, [9]::FLOAT[])) AS t (cluster_id, centroid);

-- kmeans_retrain() tells rows apart in single precision
SELECT round(centroid[1], 2)::DOUBLE, size FROM kmeans_retrain('precise', 'wide', k := 3) ORDER BY centroid;
--> (1.0, 20)
--> (4.0, 1)
--> (5.05, 2)

-- The topic at 10 has as many rows nearer to 0 as to 20: which of the two would take over from it must not hang on the order of rows.
CREATE TABLE tied AS
SELECT row_number() OVER () AS id, embedding
FROM (
  SELECT unnest([[0, 0], [9, 0], [11, 0], [20, 0], [900, 0], [1100, 0], [4900, 0], [5100, 0]]::FLOAT[][]) AS embedding,
    unnest([range(1), range(5), range(5), range(30), range(50), range(50), range(50), range(50)]) AS copies
), LATERAL unnest(copies) AS t (i);

CREATE TABLE backwards AS FROM tied ORDER BY id DESC;

CREATE TABLE places AS SELECT unnest(range(5)) AS cluster_id, unnest([[0, 0], [10, 0], [20, 0], [1000, 0], [5000, 0]]::FLOAT[][]) AS centroid;

-- kmeans_retrain() gives the same model for rows in another order
SELECT count(*) FROM kmeans_retrain('tied', 'places') JOIN kmeans_retrain('backwards', 'places') USING (cluster_id, centroid, size);
--> (5)

CREATE TABLE alike AS SELECT 7 AS cluster_id, centroid FROM places ORDER BY centroid;

CREATE TABLE turned AS FROM alike ORDER BY centroid DESC;

-- kmeans_retrain() gives the same model for topics in another order, whose ids are equal
SELECT count(*) FROM kmeans_retrain('tied', 'alike') JOIN kmeans_retrain('tied', 'turned') USING (cluster_id, centroid, size);
--> (5)

-- kmeans_retrain() takes the name of the column, and skips NULL embeddings
WITH holes AS (SELECT CASE WHEN id % 2 = 0 THEN embedding END AS vector FROM messages)
SELECT sum(size) FROM kmeans_retrain('holes', 'topics', embedding := 'Vector');
--> (30)

-- kmeans_retrain() refuses more topics than cuts can make
FROM kmeans_retrain('messages', 'topics', k := 7);
--! kmeans_retrain: expected k <= 6, which cuts can make, got 7

-- kmeans_retrain() refuses k = 0
FROM kmeans_retrain('messages', 'topics', k := 0);
--! kmeans_retrain: expected k >= 1, got 0

-- kmeans_retrain() refuses passes = 0
FROM kmeans_retrain('messages', 'topics', passes := 0);
--! kmeans_retrain: expected passes >= 1, got 0

-- kmeans_retrain() refuses worth < 1
FROM kmeans_retrain('messages', 'topics', worth := 0.5);
--! kmeans_retrain: expected worth >= 1, got 0.5

-- kmeans_retrain() refuses a NULL worth
FROM kmeans_retrain('messages', 'topics', worth := NULL);
--! kmeans_retrain: expected worth >= 1, got NULL

-- kmeans_retrain() refuses a table without rows
WITH empty AS (FROM messages LIMIT 0) FROM kmeans_retrain('empty', 'topics');
--! kmeans_retrain: expected at least 1 row in empty, got 0

-- kmeans_retrain() refuses a table without embeddings
WITH nulls AS (SELECT NULL::FLOAT[] AS embedding FROM messages) FROM kmeans_retrain('nulls', 'topics');
--! kmeans_step: expected at least 1 row, got 0

-- kmeans_retrain() refuses a model without rows
WITH empty AS (FROM topics LIMIT 0) FROM kmeans_retrain('messages', 'empty');
--! invalid model empty: expected at least 1 row, got 0

-- kmeans_retrain() refuses embeddings of another dimension
WITH wide AS (SELECT [1.0, 2.0, 3.0] AS embedding) FROM kmeans_retrain('wide', 'topics');
--! kmeans_step: expected 2 dimensions, got 3

-- kmeans_retrain() refuses a missing column, and names those there are
FROM kmeans_retrain('messages', 'topics', embedding := 'embeding');
--! unknown column: embeding; expected one of id, embedding
