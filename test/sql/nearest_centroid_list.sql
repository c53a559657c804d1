-- nearest_centroid_list(embedding, centroids, n) returns the n nearest, with squared L2 distances
SELECT nearest_centroid_list([1.0, 0.0], [[9.0, 0.0], [0.0, 0.0], [0.0, 2.0]], 2);
--> ([{'index': 1, 'distance': 1.0}, {'index': 2, 'distance': 5.0}])

-- nearest_centroid_list() is shorter where there are fewer than n centroids
SELECT nearest_centroid_list([1.0], [[9.0], [0.0]], 100);
--> ([{'index': 1, 'distance': 1.0}, {'index': 0, 'distance': 64.0}])

-- nearest_centroid_list() orders centroids at the same distance by position
SELECT list_transform(nearest_centroid_list([5.0], [[6.0], [4.0], [6.0], [5.0]], 4), lambda item: item.index);
--> ([3, 0, 1, 2])

-- nearest_centroid_list() takes another n in each row
SELECT n, len(nearest_centroid_list([5.0], [[6.0], [4.0], [9.0]], n)) FROM (VALUES (1), (3), (NULL), (2)) AS t (n) ORDER BY n;
--> (1, 1)
--> (2, 2)
--> (3, 3)
--> (NULL, NULL)

-- nearest_centroid_list() has type STRUCT("index" INTEGER, distance FLOAT)[]
SELECT typeof(nearest_centroid_list([5.0], [[6.0]], 1));
--> ('STRUCT("index" INTEGER, distance FLOAT)[]')

-- nearest_centroid_list() returns NULL for a NULL embedding or NULL centroids
SELECT nearest_centroid_list(NULL::FLOAT[], [[6.0]], 1), nearest_centroid_list([6.0], NULL, 1);
--> (NULL, NULL)

-- nearest_centroid_list() has distance 0 for a centroid itself
SELECT nearest_centroid_list([0.1, 0.7, 1e4], [[0.1, 0.7, 1e4], [0.1, 0.7, 1e4 + 1]], 2);
--> ([{'index': 0, 'distance': 0.0}, {'index': 1, 'distance': 1.0}])

-- nearest_centroid_list() refuses n = 0
SELECT nearest_centroid_list([5.0], [[6.0]], 0);
--! nearest_centroids: expected n >= 1, got 0

-- nearest_centroid_list() refuses another dimension
SELECT nearest_centroid_list([5.0], [[6.0, 7.0]], 1);
--! nearest_centroids: expected 2 dimensions, got 1

-- nearest_centroid_list() refuses NaN
SELECT nearest_centroid_list(['nan'::FLOAT], [[6.0]], 1);
--! nearest_centroids: expected finite components, got NaN at position 1

-- nearest_centroid_list() refuses ragged centroids
SELECT nearest_centroid_list([5.0], [[6.0], [7.0, 8.0]], 1);
--! nearest_centroids: expected centroids of one dimension, got 1 and 2

-- nearest_centroid_list() refuses no centroids
SELECT nearest_centroid_list([5.0], []::FLOAT[][], 1);
--! nearest_centroids: expected at least 1 centroid, got 0

-- nearest_centroid_list() refuses a list of strings
SELECT nearest_centroid_list(['x'], [[6.0]], 1);
--! nearest_centroids: expected an embedding of type FLOAT[], got VARCHAR[]
