CREATE TABLE points AS
FROM (VALUES
  (1, 'a', [0.0, 0.0]::FLOAT[]), (2, 'a', [0.0, 1.0]), (3, 'a', [10.0, 10.0]), (4, 'a', [10.0, 11.0]),
  (5, 'b', [5.0, 0.0]), (6, 'b', [6.0, 0.0]), (7, 'b', [50.0, 0.0]), (8, 'b', [51.0, 0.0]), (9, 'b', NULL)
) AS t (id, tenant, embedding);

-- kmeans(embedding, k) returns the k centroids
SELECT list_sort(kmeans(embedding, 2)) FROM points WHERE tenant = 'a';
--> ([[0.0, 0.5], [10.0, 10.5]])

-- kmeans(embedding, k) returns a FLOAT[][] of k lists
SELECT typeof(c), len(c), len(c[1]) FROM (SELECT kmeans(embedding, 3) AS c FROM points);
--> ('FLOAT[][]', 3, 2)

-- kmeans() trains each group of a GROUP BY
SELECT tenant, list_sort(kmeans(embedding, 2)) FROM points GROUP BY tenant ORDER BY tenant;
--> ('a', [[0.0, 0.5], [10.0, 10.5]])
--> ('b', [[5.5, 0.0], [50.5, 0.0]])

-- kmeans() takes niter, seed, max_points_per_centroid and init
SELECT list_sort(kmeans(embedding, 2, 10, 7, 100, 'random')) FROM points WHERE tenant = 'b';
--> ([[5.5, 0.0], [50.5, 0.0]])

-- kmeans() with k of the number of rows returns the rows
SELECT list_sort(kmeans(embedding, 4)) FROM points WHERE tenant = 'a';
--> ([[0.0, 0.0], [0.0, 1.0], [10.0, 10.0], [10.0, 11.0]])

-- kmeans() with k = 1 returns the mean, of repeated rows too
SELECT kmeans(embedding, 1) FROM (FROM points UNION ALL FROM points WHERE id = 1) WHERE id IN (1, 2);
--> ([[0.0, 0.33333334]])

-- kmeans() skips NULL embeddings
SELECT len(kmeans(embedding, 4)) FROM points WHERE tenant = 'b';
--> (4)

-- kmeans() works with FILTER
SELECT list_sort(kmeans(embedding, 2) FILTER (WHERE tenant = 'a')) FROM points;
--> ([[0.0, 0.5], [10.0, 10.5]])

-- kmeans() works with DISTINCT
SELECT kmeans(DISTINCT embedding, 1) FROM (FROM points UNION ALL FROM points WHERE id = 1) WHERE id IN (1, 2);
--> ([[0.0, 0.5]])

-- kmeans() refuses fewer rows than k
SELECT kmeans(embedding, 5) FROM points WHERE tenant = 'a';
--! kmeans: expected at least k = 5 rows, got 4

-- kmeans() does not count NULL embeddings as rows
SELECT kmeans(embedding, 5) FROM points WHERE tenant = 'b';
--! kmeans: expected at least k = 5 rows, got 4

-- kmeans() refuses fewer distinct embeddings than k
SELECT kmeans(embedding, 3) FROM (SELECT [1.0, 2.0] AS embedding FROM range(100));
--! kmeans: expected at least k = 3 distinct embeddings, got 1

-- kmeans() refuses a table without rows
SELECT kmeans(embedding, 2) FROM points WHERE id > 100;
--! kmeans: expected at least 1 row, got 0

-- kmeans() refuses a group with fewer rows than k
SELECT kmeans(embedding, 2) FROM points WHERE id <> 2 GROUP BY id;
--! kmeans: expected at least k = 2 rows, got

-- kmeans() refuses k = 0
SELECT kmeans(embedding, 0) FROM points;
--! kmeans: expected k >= 1, got 0

-- kmeans() refuses a negative k
SELECT kmeans(embedding, -3) FROM points;
--! kmeans: expected k >= 1, got -3

-- kmeans() refuses a NULL k
SELECT kmeans(embedding, NULL) FROM points;
--! kmeans: expected k >= 1, got NULL

-- kmeans() refuses a k that differs between the rows of a group
SELECT kmeans(embedding, id) FROM points;
--! kmeans: expected one k for all rows of a group, got

-- kmeans() refuses niter = 0
SELECT kmeans(embedding, 2, 0) FROM points;
--! kmeans: expected niter >= 1, got 0

-- kmeans() refuses a NULL niter
SELECT kmeans(embedding, 2, NULL) FROM points;
--! kmeans: expected niter >= 1, got NULL

-- kmeans() refuses a NULL seed
SELECT kmeans(embedding, 2, 20, NULL) FROM points;
--! kmeans: expected a seed, got NULL

-- kmeans() refuses max_points_per_centroid = 0
SELECT kmeans(embedding, 2, 20, 1, 0) FROM points;
--! kmeans: expected max_points_per_centroid >= 1, got 0

-- kmeans() refuses an unknown init
SELECT kmeans(embedding, 2, 20, 1, 256, 'best') FROM points;
--! kmeans: expected init 'kmeans++' or 'random', got 'best'

-- kmeans() refuses embeddings of several dimensions
SELECT kmeans(x, 1) FROM (VALUES ([1.0, 2.0]), ([1.0])) AS t (x);
--! kmeans: expected 2 dimensions, got 1

-- kmeans() refuses an empty list
SELECT kmeans(x, 1) FROM (VALUES ([]::FLOAT[])) AS t (x);
--! kmeans: expected at least 1 dimension, got 0

-- kmeans() refuses NaN
SELECT kmeans(x, 1) FROM (VALUES ([1.0, 'nan'::FLOAT])) AS t (x);
--! kmeans: expected finite components, got NaN at position 2

-- kmeans() refuses infinity
SELECT kmeans(x, 1) FROM (VALUES (['-inf'::FLOAT, 1.0])) AS t (x);
--! kmeans: expected finite components, got infinity at position 1

-- kmeans() refuses a DOUBLE that is too large for a FLOAT
SELECT kmeans(x, 1) FROM (VALUES ([1e300])) AS t (x);
--! kmeans: expected finite components, got infinity at position 1

-- kmeans() refuses a NULL component
SELECT kmeans(x, 1) FROM (VALUES ([1.0, NULL])) AS t (x);
--! kmeans: expected numbers, got NULL at position 2

-- kmeans() refuses a list of strings
SELECT kmeans(x, 1) FROM (VALUES (['a', 'b'])) AS t (x);
--! kmeans: expected an embedding of type FLOAT[], got VARCHAR[]

-- kmeans() refuses a number
SELECT kmeans(id, 1) FROM points;
--! kmeans: expected an embedding of type FLOAT[], got INTEGER

-- kmeans() refuses a list of lists
SELECT kmeans([embedding], 1) FROM points;
--! kmeans: expected an embedding of type FLOAT[], got FLOAT[][]

-- kmeans() needs k
SELECT kmeans(embedding) FROM points;
--! No function matches the given name and argument types 'kmeans(FLOAT[])'

-- kmeans() keeps the centroids of ordinary rows exact beside one that is very far away
WITH rows AS (
  SELECT [i % 2 * 10 + i / 1000, 1]::FLOAT[] AS embedding FROM range(200) AS t (i) UNION ALL SELECT [1e16, 1]::FLOAT[]
)
SELECT list_sort(list_transform(kmeans(embedding, 3), c -> round(c[1]::DOUBLE, 3))) FROM rows;
--> ([0.099, 10.1, 1.0000000272564224e16])

-- kmeans() keeps them exact with few rows a centroid too
WITH rows AS (
  SELECT [i % 20 * 10 + i / 1000, 1]::FLOAT[] AS embedding FROM range(80) AS t (i) UNION ALL SELECT [1e16, 1]::FLOAT[]
)
SELECT list_sort(list_transform(kmeans(embedding, 21), c -> round(c[1]::DOUBLE, 3)))[:3] FROM rows;
--> ([0.03, 10.031, 20.032])

-- kmeans() from random first centroids gives the means of the rows that are nearest to each, however often a row occurs
WITH
  rows AS (SELECT [sqrt(hash(i) % 300), ln(1 + hash(i) % 300)]::FLOAT[] AS embedding FROM range(400) AS t (i)),
  start AS (SELECT unnest(kmeans(embedding, 90, 1, 1, 1000, 'random')) AS centroid FROM rows),
  steps AS (SELECT unnest(kmeans(embedding, 90, 2, 1, 1000, 'random')) AS centroid FROM rows),
  nearest AS (
    SELECT embedding, (SELECT arg_min(centroid, list_distance(centroid::DOUBLE[], embedding::DOUBLE[])) FROM start) AS centroid
    FROM rows
  ),
  means AS (
    SELECT [round(avg(embedding[1]), 4), round(avg(embedding[2]), 4)] AS centroid FROM nearest GROUP BY nearest.centroid
  )
SELECT
  (SELECT count(DISTINCT embedding) < count(*) FROM rows),
  (SELECT count(*) FROM means) AS clusters,
  (SELECT count(*) FROM means SEMI JOIN (SELECT list_transform(centroid, x -> round(x::DOUBLE, 4)) AS centroid FROM steps) USING (centroid))
    AS found;
--> (true, 90, 90)
