CREATE TABLE messages AS
FROM (VALUES (1, [0.0, 1.0]::FLOAT[], 'one'), (2, [9.0, 9.0], 'two'), (3, NULL, 'three')) AS t (id, embedding, name);

CREATE TABLE topics AS
FROM (VALUES (70, [20.0, 20.0]::FLOAT[]), (50, [0.0, 0.0]), (30, [10.0, 10.0])) AS t (cluster_id, centroid);

-- assign_clusters(tbl, model) returns cluster, squared distance and margin of each row; NULLs for a NULL embedding
FROM assign_clusters('messages', 'topics') ORDER BY id;
--> (1, 50, 1.0, 180.0)
--> (2, 30, 2.0, 160.0)
--> (3, NULL, NULL, NULL)

-- assign_clusters() has columns (id, cluster_id, distance FLOAT, margin FLOAT)
SELECT column_name, column_type FROM (DESCRIBE FROM assign_clusters('messages', 'topics'));
--> ('id', 'INTEGER')
--> ('cluster_id', 'INTEGER')
--> ('distance', 'FLOAT')
--> ('margin', 'FLOAT')

-- assign_clusters() takes the names of the columns, and calls the first id
SELECT id, cluster_id FROM assign_clusters('messages', 'topics', id := 'NAME', embedding := 'Embedding') ORDER BY id;
--> ('one', 50)
--> ('three', NULL)
--> ('two', 30)

-- assign_clusters() has no margin where the model has one row
WITH one AS (FROM topics WHERE cluster_id = 50) FROM assign_clusters('messages', 'one') WHERE id = 1;
--> (1, 50, 1.0, NULL)

-- assign_clusters() has a margin of 0 between two centroids that are alike
WITH twins AS (FROM topics UNION ALL SELECT cluster_id + 1, centroid FROM topics)
SELECT id, cluster_id, margin FROM assign_clusters('messages', 'twins') WHERE id < 3 ORDER BY id;
--> (1, 50, 0.0)
--> (2, 30, 0.0)

-- assign_clusters() of a table without rows has none
WITH empty AS (FROM messages LIMIT 0) FROM assign_clusters('empty', 'topics');
--> no rows

-- assign_clusters() refuses a missing table
FROM assign_clusters('mesages', 'topics');
--! Table with name mesages does not exist

-- assign_clusters() refuses a missing model
FROM assign_clusters('messages', 'topcis');
--! Table with name topcis does not exist

-- assign_clusters() refuses a missing column of ids
FROM assign_clusters('messages', 'topics', id := 'message_id');
--! unknown column: message_id; expected one of id, embedding, name

-- assign_clusters() refuses a missing column of embeddings
FROM assign_clusters('messages', 'topics', embedding := 'vector');
--! unknown column: vector; expected one of id, embedding, name

-- assign_clusters() refuses a model without centroids
WITH broken AS (SELECT cluster_id FROM topics) FROM assign_clusters('messages', 'broken');
--! unknown column: centroid; expected one of cluster_id

-- assign_clusters() refuses an empty model
WITH empty AS (FROM topics LIMIT 0) FROM assign_clusters('messages', 'empty');
--! invalid model empty: expected at least 1 row, got 0

-- assign_clusters() refuses a column of strings
FROM assign_clusters('messages', 'topics', embedding := 'name');
--! expected an embedding of type FLOAT[], got VARCHAR

-- assign_clusters() refuses another dimension
WITH flat AS (SELECT 1 AS id, [1.0] AS embedding) FROM assign_clusters('flat', 'topics');
--! expected 2 dimensions, got 1
