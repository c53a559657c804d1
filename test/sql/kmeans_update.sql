CREATE TABLE topics AS
FROM (VALUES (7, [0, 0]::FLOAT[], 10), (3, [10, 0]::FLOAT[], 1), (9, [0, 10]::FLOAT[], 0), (11, [50, 50]::FLOAT[], 4)) AS t (cluster_id, centroid, size);

CREATE TABLE fresh AS FROM (VALUES ([1, 1]), ([12, 0]), ([11, 3]), ([1, 9]), (NULL)) AS t (embedding);

-- kmeans_update(model, tbl) has columns (cluster_id, centroid FLOAT[], size BIGINT, added BIGINT)
SELECT column_name, column_type FROM (DESCRIBE FROM kmeans_update('topics', 'fresh'));
--> ('cluster_id', 'INTEGER')
--> ('centroid', 'FLOAT[]')
--> ('size', 'BIGINT')
--> ('added', 'BIGINT')

-- kmeans_update() moves each centroid by the share of the new rows, and keeps ids
FROM kmeans_update('topics', 'fresh');
--> (3, [11, 1]::FLOAT[], 3, 2)
--> (7, [1 / 11, 1 / 11]::FLOAT[], 11, 1)
--> (9, [1, 9]::FLOAT[], 1, 1)
--> (11, [50, 50]::FLOAT[], 4, 0)

-- kmeans_update() without rows returns the model
WITH empty AS (FROM fresh LIMIT 0) FROM kmeans_update('topics', 'empty');
--> (3, [10, 0]::FLOAT[], 1, 0)
--> (7, [0, 0]::FLOAT[], 10, 0)
--> (9, [0, 10]::FLOAT[], 0, 0)
--> (11, [50, 50]::FLOAT[], 4, 0)

-- kmeans_update() skips NULL embeddings
WITH nulls AS (SELECT NULL::FLOAT[] AS embedding) SELECT sum(size), sum(added) FROM kmeans_update('topics', 'nulls');
--> (15, 0)

-- kmeans_update() takes a FLOAT[d] model, ids of any type, and the name of the column
WITH named AS (SELECT 'topic ' || cluster_id AS cluster_id, centroid::FLOAT[2] AS centroid, size FROM topics),
  rows AS (SELECT embedding AS vector FROM fresh)
SELECT cluster_id, size FROM kmeans_update('named', 'rows', embedding := 'vector');
--> ('topic 11', 4)
--> ('topic 3', 3)
--> ('topic 7', 11)
--> ('topic 9', 1)

-- kmeans_update() keeps centroids that share an id apart
WITH twins AS (SELECT 1 AS cluster_id, centroid, size FROM topics)
SELECT cluster_id, size, added FROM kmeans_update('twins', 'fresh') ORDER BY centroid;
--> (1, 11, 1)
--> (1, 1, 1)
--> (1, 3, 2)
--> (1, 4, 0)

-- kmeans_update() refuses a model without sizes, as kmeans_train() gives with passes = 0
WITH counted AS (SELECT cluster_id, centroid, NULL::BIGINT AS size FROM topics) FROM kmeans_update('counted', 'fresh');
--! kmeans_update: expected a size in every row of counted, got NULL for cluster_id 3; train with passes := 1 or more

-- kmeans_update() refuses a negative size
WITH counted AS (SELECT cluster_id, centroid, -1 AS size FROM topics) FROM kmeans_update('counted', 'fresh');
--! kmeans_update: expected a size in every row of counted, got -1 for cluster_id 3; train with passes := 1 or more

-- kmeans_update() refuses a model without the column size
WITH bare AS (SELECT cluster_id, centroid FROM topics) FROM kmeans_update('bare', 'fresh');
--! unknown column: size; expected one of cluster_id, centroid

-- kmeans_update() refuses a model without rows
WITH empty AS (FROM topics LIMIT 0) FROM kmeans_update('empty', 'fresh');
--! invalid model empty: expected at least 1 row, got 0

-- kmeans_update() refuses a missing table
FROM kmeans_update('topics', 'nowhere');
--! Table with name nowhere does not exist

-- kmeans_update() refuses a missing column, and names those there are
FROM kmeans_update('topics', 'fresh', embedding := 'embeding');
--! unknown column: embeding; expected one of embedding

-- kmeans_update() refuses embeddings of another dimension
WITH wide AS (SELECT [1.0, 2.0, 3.0] AS embedding) FROM kmeans_update('topics', 'wide');
--! expected 2 dimensions, got 3

-- kmeans_update() refuses NaN
WITH nan AS (SELECT ['nan'::FLOAT, 1] AS embedding) FROM kmeans_update('topics', 'nan');
--! got NaN at position 1
