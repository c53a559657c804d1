CREATE TABLE messages AS
FROM (VALUES (1, [0.0, 1.0]::FLOAT[]), (2, [9.0, 9.0]), (3, NULL), (4, [21.0, 20.0])) AS t (id, embedding);

CREATE TABLE topics AS
FROM (VALUES (700, [20.0, 20.0]::FLOAT[]), (-5, [0.0, 0.0]), (30, [10.0, 10.0])) AS t (cluster_id, centroid);

-- nearest_centroid(embedding, model) returns the cluster_id of the nearest centroid, whatever the ids
SELECT id, nearest_centroid(embedding, 'topics') FROM messages ORDER BY id;
--> (1, -5)
--> (2, 30)
--> (3, NULL)
--> (4, 700)

-- nearest_centroid() has the type of the model's cluster_id
WITH named AS (SELECT 'topic ' || cluster_id AS cluster_id, centroid FROM topics)
SELECT nearest_centroid(embedding, 'named') FROM messages WHERE id = 2;
--> ('topic 30')

-- nearest_centroid() takes a model in which several centroids share a cluster_id
WITH merged AS (SELECT greatest(cluster_id, 30) AS cluster_id, centroid FROM topics)
SELECT list(nearest_centroid(embedding, 'merged') ORDER BY id) FROM messages;
--> ([30, 30, NULL, 700])

-- nearest_centroid() takes the lowest cluster_id of centroids at the same distance
SELECT nearest_centroid([5.0, 5.0], 'topics'), nearest_centroid([15.0, 15.0], 'topics');
--> (-5, 30)

-- nearest_centroid() finds columns of the model in any case and at any place
WITH shouted AS (SELECT 1 AS x, centroid AS "CENTROID", 'y' AS y, cluster_id AS "Cluster_ID" FROM topics)
SELECT nearest_centroid([0.0, 1.0], 'shouted');
--> (-5)

-- nearest_centroid() does not take a column of the query for one that the model lacks
WITH broken AS (SELECT centroid FROM topics), query AS (SELECT 1 AS cluster_id, [1.0, 1.0] AS embedding)
SELECT nearest_centroid(embedding, 'broken') FROM query;
--! unknown column: cluster_id; expected one of centroid

-- nearest_centroid() refuses a model without centroids
WITH broken AS (SELECT cluster_id, centroid AS center FROM topics) SELECT nearest_centroid([1.0, 1.0], 'broken');
--! unknown column: centroid; expected one of cluster_id, center

-- nearest_centroid() refuses a missing model
SELECT nearest_centroid(embedding, 'topcis') FROM messages;
--! Table with name topcis does not exist

-- nearest_centroid() refuses a NULL model
SELECT nearest_centroid(embedding, NULL) FROM messages;
--! Cannot use NULL as function argument

-- nearest_centroid() refuses an empty model
WITH empty AS (FROM topics LIMIT 0) SELECT nearest_centroid(embedding, 'empty') FROM messages;
--! invalid model empty: expected at least 1 row, got 0

-- nearest_centroid() refuses an empty model for NULL embeddings too
WITH empty AS (FROM topics LIMIT 0) SELECT nearest_centroid(embedding, 'empty') FROM messages WHERE id = 3;
--! invalid model empty: expected at least 1 row, got 0

-- nearest_centroid() refuses a model with a NULL cluster_id
WITH holes AS (FROM topics UNION ALL SELECT NULL, [1.0, 1.0]) SELECT nearest_centroid(embedding, 'holes') FROM messages;
--! invalid model holes: expected a cluster_id in every row, got NULL

-- nearest_centroid() refuses a model with a NULL centroid
WITH holes AS (FROM topics UNION ALL SELECT 1, NULL) SELECT nearest_centroid(embedding, 'holes') FROM messages;
--! nearest_centroid: expected centroids, got NULL at position 2

-- nearest_centroid() refuses a model with centroids of several dimensions
WITH ragged AS (FROM topics UNION ALL SELECT 1, [1.0]) SELECT nearest_centroid(embedding, 'ragged') FROM messages;
--! nearest_centroid: expected centroids of one dimension, got 2 and 1

-- nearest_centroid() refuses a model with NaN
WITH nan AS (FROM topics UNION ALL SELECT 1, ['nan'::FLOAT, 1.0]) SELECT nearest_centroid(embedding, 'nan') FROM messages;
--! nearest_centroid: expected finite components, got NaN at position 1

-- nearest_centroid() refuses a model of strings
WITH words AS (SELECT 1 AS cluster_id, ['a', 'b'] AS centroid) SELECT nearest_centroid(embedding, 'words') FROM messages;
--! nearest_centroid: expected centroids of type FLOAT[][], got VARCHAR[][]

-- nearest_centroid() refuses an embedding of another dimension
SELECT nearest_centroid([1.0, 2.0, 3.0], 'topics');
--! nearest_centroid: expected 2 dimensions, got 3

-- nearest_centroid() refuses an embedding with infinity
SELECT nearest_centroid([1.0, 'inf'::FLOAT], 'topics');
--! nearest_centroid: expected finite components, got infinity at position 2

-- nearest_centroid() refuses a list of strings
SELECT nearest_centroid(['a', 'b'], 'topics');
--! nearest_centroid: expected an embedding of type FLOAT[], got VARCHAR[]
