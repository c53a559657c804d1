CREATE TABLE messages AS
SELECT i AS id, [(i % 3) * 10.0 + (i // 3) % 2, 1.0]::FLOAT[] AS embedding, [i, -i]::DOUBLE[2] AS "Other Vector"
FROM range(60) AS t (i);

-- kmeans_train(tbl) has columns (cluster_id INTEGER, centroid FLOAT[], size BIGINT)
SELECT column_name, column_type FROM (DESCRIBE FROM kmeans_train('messages', k := 3));
--> ('cluster_id', 'INTEGER')
--> ('centroid', 'FLOAT[]')
--> ('size', 'BIGINT')

-- kmeans_train(tbl) returns one row per cluster, numbered from 0
SELECT list(cluster_id ORDER BY cluster_id), list_sort(list(centroid)) FROM kmeans_train('messages', k := 3);
--> ([0, 1, 2], [[0.5, 1.0], [10.5, 1.0], [20.5, 1.0]])

-- kmeans_train() leaves size NULL where passes = 0
SELECT count(*), count(size) FROM kmeans_train('messages', k := 3);
--> (3, 0)

-- kmeans_train() with passes counts the rows whose mean the centroid is
SELECT centroid, size FROM kmeans_train('messages', k := 3, passes := 2) ORDER BY centroid;
--> ([0.5, 1.0], 20)
--> ([10.5, 1.0], 20)
--> ([20.5, 1.0], 20)

-- kmeans_train() trains 100 clusters by default
SELECT count(*) FROM kmeans_train('messages');
--! kmeans: expected at least k = 100 rows, got 60

-- kmeans_train() gives what kmeans gives
SELECT (SELECT list(centroid ORDER BY cluster_id) FROM kmeans_train('messages', k := 5, niter := 3, seed := 9, max_points_per_centroid := 40))
  = (SELECT kmeans(embedding, 5, 3, 9, 40) FROM messages);
--> (true)

-- kmeans_train() with passes gives what kmeans_step gives
SELECT (SELECT list(centroid ORDER BY cluster_id) FROM kmeans_train('messages', k := 4, niter := 1, passes := 1))
  = (SELECT kmeans_step(embedding, (SELECT kmeans(embedding, 4, 1) FROM messages)).centroids FROM messages);
--> (true)

-- kmeans_train() takes the name of the column, in any case
SELECT count(*), len(any_value(centroid)) FROM kmeans_train('messages', k := 2, embedding := 'other vector');
--> (2, 2)

-- kmeans_train() skips NULL embeddings
WITH holes AS (SELECT id, CASE WHEN id % 2 = 0 THEN embedding END AS embedding FROM messages)
SELECT sum(size) FROM kmeans_train('holes', k := 2, passes := 1);
--> (30)

-- kmeans_train() refuses a missing table
FROM kmeans_train('mesages', k := 3);
--! Table with name mesages does not exist

-- kmeans_train() refuses a missing file
FROM kmeans_train('nowhere/*.parquet', k := 3);
--! No files found that match the pattern "nowhere/*.parquet"

-- kmeans_train() refuses a NULL table
FROM kmeans_train(NULL, k := 3);
--! Cannot use NULL as function argument

-- kmeans_train() refuses a missing column, and names those there are
FROM kmeans_train('messages', k := 3, embedding := 'embeding');
--! unknown column: embeding; expected one of id, embedding, Other Vector

-- kmeans_train() refuses a NULL column
FROM kmeans_train('messages', k := 3, embedding := NULL);
--! unknown column: NULL; expected one of id, embedding, Other Vector

-- kmeans_train() refuses a column of numbers
FROM kmeans_train('messages', k := 3, embedding := 'id');
--! kmeans: expected an embedding of type FLOAT[], got BIGINT

-- kmeans_train() refuses k = 0
FROM kmeans_train('messages', k := 0);
--! kmeans: expected k >= 1, got 0

-- kmeans_train() refuses a NULL k
FROM kmeans_train('messages', k := NULL);
--! kmeans: expected k >= 1, got NULL

-- kmeans_train() refuses niter = 0
FROM kmeans_train('messages', k := 3, niter := 0);
--! kmeans: expected niter >= 1, got 0

-- kmeans_train() refuses a NULL seed
FROM kmeans_train('messages', k := 3, seed := NULL);
--! kmeans: expected a seed, got NULL

-- kmeans_train() refuses max_points_per_centroid = 0
FROM kmeans_train('messages', k := 3, max_points_per_centroid := 0);
--! kmeans: expected max_points_per_centroid >= 1, got 0

-- kmeans_train() refuses negative passes
FROM kmeans_train('messages', k := 3, passes := -1);
--! kmeans_train: expected passes >= 0, got -1

-- kmeans_train() refuses NULL passes
FROM kmeans_train('messages', k := 3, passes := NULL);
--! kmeans_train: expected passes >= 0, got NULL

-- kmeans_train() refuses passes that are no number
FROM kmeans_train('messages', k := 3, passes := 'many');
--! Could not convert string 'many' to INT64

-- kmeans_train() refuses a table without rows
WITH empty AS (FROM messages LIMIT 0) FROM kmeans_train('empty', k := 3);
--! kmeans: expected at least 1 row, got 0

-- kmeans_train() refuses a table without embeddings
WITH nulls AS (SELECT NULL::FLOAT[] AS embedding FROM messages) FROM kmeans_train('nulls', k := 3, passes := 2);
--! kmeans: expected at least k = 3 rows, got 0

-- kmeans_train() refuses fewer distinct embeddings than k
WITH same AS (SELECT [1.0, 2.0] AS embedding FROM messages) FROM kmeans_train('same', k := 2);
--! kmeans: expected at least k = 2 distinct embeddings, got 1

-- kmeans_train() refuses embeddings of several dimensions
WITH ragged AS (SELECT [1.0] AS embedding UNION ALL SELECT [1.0, 2.0]) FROM kmeans_train('ragged', k := 1);
--! dimension

-- kmeans_train() refuses NaN
WITH nan AS (SELECT ['nan'::FLOAT] AS embedding) FROM kmeans_train('nan', k := 1);
--! kmeans: expected finite components, got NaN at position 1

-- kmeans_train() takes the first centroids that init names, as kmeans does
SELECT (SELECT list(centroid ORDER BY cluster_id) FROM kmeans_train('messages', k := 4, niter := 1, seed := 5, init := 'random'))
  = (SELECT kmeans(embedding, 4, 1, 5, 256, 'random') FROM messages);
--> (true)

-- kmeans_train() refuses another init
FROM kmeans_train('messages', k := 3, init := 'first');
--! kmeans: expected init 'kmeans++' or 'random', got 'first'

-- kmeans_train() trains on all rows of a small table where sample is 'blocks'
SELECT (SELECT list(centroid ORDER BY cluster_id) FROM kmeans_train('messages', k := 5, sample := 'blocks'))
  = (SELECT kmeans(embedding, 5) FROM messages);
--> (true)

-- kmeans_train() refuses another sample
FROM kmeans_train('messages', k := 3, sample := 'x');
--! kmeans_train: expected sample 'uniform' or 'blocks', got 'x'

-- kmeans_train() refuses a NULL sample
FROM kmeans_train('messages', k := 3, sample := NULL);
--! kmeans_train: expected sample 'uniform' or 'blocks', got NULL

-- kmeans_train() refuses a NULL table where sample is 'blocks'
FROM kmeans_train(NULL, k := 3, sample := 'blocks');
--! Cannot use NULL as function argument

-- kmeans_train() refuses a missing table where sample is 'blocks'
FROM kmeans_train('mesages', k := 3, sample := 'blocks');
--! Table with name mesages does not exist

-- kmeans_train() refuses a missing column where sample is 'blocks'
FROM kmeans_train('messages', k := 3, embedding := 'embeding', sample := 'blocks');
--! unknown column: embeding; expected one of id, embedding, Other Vector

-- kmeans_train() refuses a NULL k or seed where sample is 'blocks'
FROM kmeans_train('messages', k := NULL, sample := 'blocks');
--! kmeans: expected k >= 1, got NULL
FROM kmeans_train('messages', k := 3, seed := NULL, sample := 'blocks');
--! kmeans: expected a seed, got NULL
