-- l2_normalize(embedding) scales to length 1
SELECT l2_normalize([3.0, 4.0]);
--> ([0.6, 0.8])

-- l2_normalize() returns a FLOAT[] for every type of embedding
SELECT typeof(l2_normalize([3, 4])), typeof(l2_normalize([3, 4]::DOUBLE[2]));
--> ('FLOAT[]', 'FLOAT[]')

-- l2_normalize() keeps the sign, and directions of tiny and huge vectors
SELECT l2_normalize([-2.0]), l2_normalize([1e-30, 0.0]), l2_normalize([3e17, -4e17]);
--> ([-1.0], [1.0, 0.0], [0.6, -0.8])

-- l2_normalize() returns NULL for NULL
SELECT l2_normalize(NULL), l2_normalize(NULL::FLOAT[]);
--> (NULL, NULL)

-- l2_normalize() refuses zeros, which have no direction
SELECT l2_normalize([0.0, 0.0]);
--! l2_normalize: expected an embedding with a component other than 0, got zeros

-- l2_normalize() refuses an empty list
SELECT l2_normalize([]::FLOAT[]);
--! l2_normalize: expected at least 1 dimension, got 0

-- l2_normalize() refuses a NULL component
SELECT l2_normalize([1.0, NULL]);
--! l2_normalize: expected numbers, got NULL at position 2

-- l2_normalize() refuses infinity
SELECT l2_normalize(['inf'::FLOAT]);
--! l2_normalize: expected finite components, got infinity at position 1

-- l2_normalize() refuses a list of strings
SELECT l2_normalize(['a']);
--! l2_normalize: expected an embedding of type FLOAT[], got VARCHAR[]

-- l2_normalize() takes decimals of both signs that fill 128 bits
SELECT l2_normalize([-3.0::DECIMAL(38, 2), 4.0::DECIMAL(38, 2)]) AS unit;
--> ([-0.6, 0.8])
