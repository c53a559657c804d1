CREATE TABLE topics AS
FROM (VALUES (700, [20.0]::FLOAT[]), (-5, [0.0]), (30, [10.0])) AS t (cluster_id, centroid);

-- nearest_centroids(embedding, model, n) returns the n nearest with their squared distances
SELECT nearest_centroids([9.0], 'topics', 2);
--> ([{'cluster_id': 30, 'distance': 1.0}, {'cluster_id': -5, 'distance': 81.0}])

-- nearest_centroids() has type STRUCT(cluster_id, distance FLOAT)[]
SELECT typeof(nearest_centroids([9.0], 'topics', 2));
--> ('STRUCT(cluster_id INTEGER, distance FLOAT)[]')

-- nearest_centroids() is shorter where the model is
SELECT list_transform(nearest_centroids([9.0], 'topics', 99), lambda item: item.cluster_id);
--> ([30, -5, 700])

-- nearest_centroids() begins with what nearest_centroid gives
SELECT count(*) FROM range(-50, 300) AS t (i)
WHERE nearest_centroids([i / 10], 'topics', 1)[1].cluster_id <> nearest_centroid([i / 10], 'topics');
--> (0)

-- nearest_centroids() returns NULL for a NULL embedding or n
SELECT nearest_centroids(NULL::FLOAT[], 'topics', 2), nearest_centroids([1.0], 'topics', NULL);
--> (NULL, NULL)

-- nearest_centroids() takes another n in each row
SELECT list(len(nearest_centroids([1.0], 'topics', i)) ORDER BY i) FROM range(1, 5) AS t (i);
--> ([1, 2, 3, 3])

-- nearest_centroids() refuses n = 0
SELECT nearest_centroids([1.0], 'topics', 0);
--! nearest_centroids: expected n >= 1, got 0

-- nearest_centroids() refuses an empty model
WITH empty AS (FROM topics LIMIT 0) SELECT nearest_centroids([1.0], 'empty', 2);
--! invalid model empty: expected at least 1 row, got 0

-- nearest_centroids() refuses a model with a NULL cluster_id
WITH holes AS (FROM topics UNION ALL SELECT NULL, [1.0]) SELECT nearest_centroids([1.0], 'holes', 2);
--! invalid model holes: expected a cluster_id in every row, got NULL

-- nearest_centroids() refuses a model without cluster_id
WITH broken AS (SELECT centroid FROM topics) SELECT nearest_centroids([1.0], 'broken', 2);
--! unknown column: cluster_id; expected one of centroid

-- nearest_centroids() refuses an embedding of another dimension
SELECT nearest_centroids([1.0, 2.0], 'topics', 2);
--! nearest_centroids: expected 1 dimension, got 2

-- nearest_centroids() refuses a missing model
SELECT nearest_centroids([1.0], 'nowhere', 2);
--! Table with name nowhere does not exist
