CREATE TABLE points AS
FROM (VALUES
  (1, [0.0, 0.0]::FLOAT[]), (2, [0.0, 1.0]), (3, [10.0, 10.0]), (4, [10.0, 13.0]), (5, NULL)
) AS t (id, embedding);

-- kmeans_step(embedding, centroids) returns the new centroids, the sizes and the objective of the old ones
SELECT unnest(kmeans_step(embedding, [[0.0, 0.0], [10.0, 10.0]])) FROM points;
--> ([[0.0, 0.5], [10.0, 11.5]], [2, 2], 10.0)

-- kmeans_step() leaves a centroid without rows where it was
SELECT unnest(kmeans_step(embedding, [[5.0, 5.0], [-99.0, 99.0]])) FROM points;
--> ([[5.0, 6.0], [-99.0, 99.0]], [4, 0], 230.0)

-- kmeans_step() keeps the order of the centroids
SELECT kmeans_step(embedding, [[10.0, 10.0], [0.0, 0.0]]).sizes FROM points WHERE id <= 3;
--> ([1, 2])

-- kmeans_step() works with GROUP BY and a list of centroids for each group
SELECT id % 2 AS part, kmeans_step(embedding, CASE WHEN id % 2 = 0 THEN [[0.0, 0.0]] ELSE [[10.0, 10.0]] END)
FROM points
GROUP BY part
ORDER BY part;
--> (0, {'centroids': [[5.0, 7.0]], 'sizes': [2], 'objective': 270.0})
--> (1, {'centroids': [[5.0, 5.0]], 'sizes': [2], 'objective': 200.0})

-- kmeans_step() has types FLOAT[][], BIGINT[] and DOUBLE
SELECT typeof(kmeans_step(embedding, [[0.0, 0.0]])) FROM points;
--> ('STRUCT(centroids FLOAT[][], sizes BIGINT[], objective DOUBLE)')

-- kmeans_step() refuses a table without rows
SELECT kmeans_step(embedding, [[0.0, 0.0]]) FROM points WHERE id > 100;
--! kmeans_step: expected at least 1 row, got 0

-- kmeans_step() refuses an embedding of another dimension than the centroids
SELECT kmeans_step(embedding, [[0.0, 0.0, 0.0]]) FROM points;
--! kmeans_step: expected 3 dimensions, got 2

-- kmeans_step() refuses NULL centroids
SELECT kmeans_step(embedding, NULL) FROM points;
--! kmeans_step: expected centroids, got NULL

-- kmeans_step() refuses no centroids
SELECT kmeans_step(embedding, []) FROM points;
--! kmeans_step: expected at least 1 centroid, got 0

-- kmeans_step() refuses ragged centroids
SELECT kmeans_step(embedding, [[1.0], [1.0, 2.0]]) FROM points;
--! kmeans_step: expected centroids of one dimension, got 1 and 2

-- kmeans_step() refuses a NULL among the centroids
SELECT kmeans_step(embedding, [[1.0, 2.0], NULL]) FROM points;
--! kmeans_step: expected centroids, got NULL at position 2

-- kmeans_step() refuses a NULL component of a centroid
SELECT kmeans_step(embedding, [[1.0, NULL]]) FROM points;
--! kmeans_step: expected numbers in centroids, got NULL at position 2

-- kmeans_step() refuses a centroid with NaN
SELECT kmeans_step(embedding, [[1.0, 'nan'::FLOAT]]) FROM points;
--! kmeans_step: expected finite components, got NaN at position 2

-- kmeans_step() refuses an embedding with infinity
SELECT kmeans_step(x, [[1.0, 1.0]]) FROM (VALUES ([1.0, 'inf'::FLOAT])) AS t (x);
--! kmeans_step: expected finite components, got infinity at position 2

-- kmeans_step() refuses centroids of strings
SELECT kmeans_step(embedding, [['a', 'b']]) FROM points;
--! kmeans_step: expected centroids of type FLOAT[][], got VARCHAR[][]

-- kmeans_step() refuses one vector in place of a list of centroids
SELECT kmeans_step(embedding, [1.0::FLOAT, 2.0]) FROM points;
--! kmeans_step: expected centroids of type FLOAT[][], got FLOAT[]

-- kmeans_step() refuses a list of centroids that changes within a group
SELECT kmeans_step(embedding, [[id::FLOAT, 1.0]]) FROM points;
--! kmeans_step: expected one list of centroids for all rows of a group, got several
