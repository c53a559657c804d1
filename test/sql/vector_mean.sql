CREATE TABLE points AS
FROM (VALUES (1, 'a', [0.0, 0.0]::FLOAT[]), (2, 'a', [0.0, 1.0]), (3, 'b', [10.0, 10.0]), (4, 'b', NULL), (5, 'c', NULL))
AS t (id, part, embedding);

-- vector_mean(embedding) returns the mean, component by component
SELECT vector_mean(embedding) FROM points WHERE part = 'a';
--> ([0.0, 0.5])

-- vector_mean() skips NULL, and returns NULL where there is nothing else
SELECT part, vector_mean(embedding) FROM points GROUP BY part ORDER BY part;
--> ('a', [0.0, 0.5])
--> ('b', [10.0, 10.0])
--> ('c', NULL)

-- vector_mean() returns NULL for a table without rows
SELECT vector_mean(embedding) FROM points WHERE id > 100;
--> (NULL)

-- vector_mean() adds in double precision
SELECT vector_mean([v]) FROM (SELECT 1e8 AS v UNION ALL SELECT 1.0 FROM range(99));
--> ([1000000.99])

-- vector_mean() works over a window with a frame
SELECT id, vector_mean(embedding) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM points WHERE id < 4;
--> (1, [0.0, 0.0])
--> (2, [0.0, 0.5])
--> (3, [5.0, 5.5])

-- vector_mean() refuses several dimensions
SELECT vector_mean(x) FROM (VALUES ([1.0, 2.0]), ([1.0])) AS t (x);
--! vector_mean: expected 2 dimensions, got 1

-- vector_mean() refuses NaN
SELECT vector_mean(x) FROM (VALUES ([1.0, 'nan'::FLOAT])) AS t (x);
--! vector_mean: expected finite components, got NaN at position 2

-- vector_mean() refuses a NULL component
SELECT vector_mean(x) FROM (VALUES ([NULL, 1.0])) AS t (x);
--! vector_mean: expected numbers, got NULL at position 1

-- vector_mean() refuses an empty list
SELECT vector_mean(x) FROM (VALUES ([]::FLOAT[])) AS t (x);
--! vector_mean: expected at least 1 dimension, got 0

-- vector_mean() refuses a list of strings
SELECT vector_mean([part]) FROM points;
--! vector_mean: expected an embedding of type FLOAT[], got VARCHAR[]
