CREATE TABLE assignments AS
FROM (VALUES (1, 7, 1.0::FLOAT), (2, 7, 2.0), (3, 0, 5.0), (4, NULL, NULL), (5, 7, 6.0)) AS t (id, cluster_id, distance);

-- cluster_sizes(assignments) returns size, share and mean distance of each cluster, by id
FROM cluster_sizes('assignments');
--> (0, 1, 0.25, 5.0)
--> (7, 3, 0.75, 3.0)

-- cluster_sizes() has columns (cluster_id, size BIGINT, share DOUBLE, mean_distance DOUBLE)
SELECT column_name, column_type FROM (DESCRIBE FROM cluster_sizes('assignments'));
--> ('cluster_id', 'INTEGER')
--> ('size', 'BIGINT')
--> ('share', 'DOUBLE')
--> ('mean_distance', 'DOUBLE')

-- cluster_sizes() has no mean_distance where there is no column distance
WITH bare AS (SELECT cluster_id FROM assignments) FROM cluster_sizes('bare');
--> (0, 1, 0.25, NULL)
--> (7, 3, 0.75, NULL)

-- cluster_sizes() of a table without rows has none
WITH empty AS (FROM assignments LIMIT 0) FROM cluster_sizes('empty');
--> no rows

-- cluster_sizes() refuses a missing table
FROM cluster_sizes('assigments');
--! Table with name assigments does not exist

-- cluster_sizes() refuses a table without cluster_id
WITH broken AS (SELECT id, distance FROM assignments) FROM cluster_sizes('broken');
--! unknown column: cluster_id; expected one of id, distance
