CREATE TABLE points AS
FROM (VALUES (1, [0.0, 1.0]::FLOAT[]), (2, [9.0, 9.0]), (3, NULL), (4, [5.0, 5.0])) AS t (id, embedding);

-- nearest_centroid_index(embedding, centroids) returns the position of the nearest centroid, from 0
SELECT id, nearest_centroid_index(embedding, [[0.0, 0.0], [10.0, 10.0]]) FROM points WHERE id < 4 ORDER BY id;
--> (1, 0)
--> (2, 1)
--> (3, NULL)

-- nearest_centroid_index() takes the first of centroids at the same distance
SELECT nearest_centroid_index([5.0, 5.0], [[99.0, 99.0], [10.0, 10.0], [0.0, 0.0], [10.0, 0.0]]);
--> (1)

-- nearest_centroid_index() returns an INTEGER
SELECT typeof(nearest_centroid_index([5.0], [[1.0]]));
--> ('INTEGER')

-- nearest_centroid_index() returns NULL for NULL centroids
SELECT nearest_centroid_index(embedding, NULL) FROM points WHERE id = 1;
--> (NULL)

-- nearest_centroid_index() returns NULL for a NULL of no type
SELECT nearest_centroid_index(NULL, [[1.0]]);
--> (NULL)

-- nearest_centroid_index() takes another list of centroids in each row
SELECT id, nearest_centroid_index(embedding, list_transform(range(id, 0, -1), lambda i: [10.0 * i, 10.0 * i]))
FROM points
ORDER BY id;
--> (1, 0)
--> (2, 1)
--> (3, NULL)
--> (4, 3)

-- nearest_centroid_index() refuses an embedding of another dimension than the centroids
SELECT nearest_centroid_index(embedding, [[0.0, 0.0, 0.0]]) FROM points;
--! nearest_centroid: expected 3 dimensions, got 2

-- nearest_centroid_index() refuses an empty list
SELECT nearest_centroid_index([]::FLOAT[], [[1.0]]);
--! nearest_centroid: expected 1 dimension, got 0

-- nearest_centroid_index() refuses NaN
SELECT nearest_centroid_index([1.0, 'nan'::FLOAT], [[1.0, 1.0]]);
--! nearest_centroid: expected finite components, got NaN at position 2

-- nearest_centroid_index() refuses infinity
SELECT nearest_centroid_index(['inf'::DOUBLE, 1.0], [[1.0, 1.0]]);
--! nearest_centroid: expected finite components, got infinity at position 1

-- nearest_centroid_index() refuses a vector whose squares are too large for a FLOAT
SELECT nearest_centroid_index([1e30, 1e30], [[1.0, 1.0]]);
--! nearest_centroid: expected an embedding whose squared norm is below 1e37

-- nearest_centroid_index() refuses a NULL component
SELECT nearest_centroid_index([1.0, NULL], [[1.0, 1.0]]);
--! nearest_centroid: expected numbers, got NULL at position 2

-- nearest_centroid_index() refuses a list of strings
SELECT nearest_centroid_index(['a', 'b'], [[1.0, 1.0]]);
--! nearest_centroid: expected an embedding of type FLOAT[], got VARCHAR[]

-- nearest_centroid_index() refuses a string
SELECT nearest_centroid_index('ab', [[1.0, 1.0]]);
--! nearest_centroid: expected an embedding of type FLOAT[], got VARCHAR

-- nearest_centroid_index() refuses no centroids
SELECT nearest_centroid_index(embedding, []) FROM points;
--! nearest_centroid: expected at least 1 centroid, got 0

-- nearest_centroid_index() refuses centroids without dimensions
SELECT nearest_centroid_index(embedding, [[]]::FLOAT[][]) FROM points;
--! nearest_centroid: expected centroids of at least 1 dimension, got 0

-- nearest_centroid_index() refuses ragged centroids
SELECT nearest_centroid_index(embedding, [[1.0, 2.0], [1.0]]) FROM points;
--! nearest_centroid: expected centroids of one dimension, got 2 and 1

-- nearest_centroid_index() refuses a NULL among the centroids
SELECT nearest_centroid_index(embedding, [NULL, [1.0, 2.0]]) FROM points;
--! nearest_centroid: expected centroids, got NULL at position 1

-- nearest_centroid_index() refuses a NULL component of a centroid
SELECT nearest_centroid_index(embedding, [[1.0, NULL]]) FROM points;
--! nearest_centroid: expected numbers in centroids, got NULL at position 2

-- nearest_centroid_index() refuses a centroid with infinity
SELECT nearest_centroid_index(embedding, [[1.0, 'inf'::FLOAT]]) FROM points;
--! nearest_centroid: expected finite components, got infinity at position 2

-- nearest_centroid_index() refuses one vector in place of a list of centroids
SELECT nearest_centroid_index(embedding, embedding) FROM points;
--! nearest_centroid: expected centroids of type FLOAT[][], got FLOAT[]

-- nearest_centroid_index() is exact where single precision errs in one direction (3376.98 against 3377.71)
WITH one AS (
  SELECT [CASE WHEN i < 722 THEN 0.66644299 ELSE -0.146723554 END FOR i IN range(4000)]::FLOAT[] AS x,
         [0.864017725 FOR i IN range(4000)]::FLOAT[] AS c
)
SELECT nearest_centroid_index(x, [c, [-y FOR y IN c]]) AS position FROM one;
--> (0)
