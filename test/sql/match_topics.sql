CREATE TABLE old AS
FROM (VALUES (0, [0, 0]::FLOAT[]), (1, [10, 0]::FLOAT[]), (2, [0, 10]::FLOAT[]), (5, [30, 30]::FLOAT[])) AS t (cluster_id, centroid);

-- The same topics in another order, a little moved; 5 is gone and another has come.
CREATE TABLE new AS
FROM (VALUES (0, [1, 10]::FLOAT[]), (1, [-40, 0]::FLOAT[]), (2, [0, 1]::FLOAT[]), (3, [14, 0]::FLOAT[])) AS t (cluster_id, centroid);

-- match_topics(old, new) has these columns
SELECT list(column_name || ' ' || column_type) FROM (DESCRIBE FROM match_topics('old', 'new'));
--> (['cluster_id INTEGER', 'new_cluster_id INTEGER', 'old_cluster_id INTEGER', 'event VARCHAR', 'from_ids INTEGER[]', 'to_ids INTEGER[]', 'shared BIGINT', 'overlap DOUBLE', 'distance DOUBLE', 'shift DOUBLE'])

-- match_topics(old, new) matches by centroids, and gives a new topic an id above all old ones
SELECT cluster_id, new_cluster_id, old_cluster_id, event, from_ids, to_ids, shared, overlap, distance FROM match_topics('old', 'new');
--> (0, 2, 0, 'kept', [0], [0], 0, NULL, 1.0)
--> (1, 3, 1, 'moved', [1], [1], 0, NULL, 4.0)
--> (2, 0, 2, 'kept', [2], [2], 0, NULL, 1.0)
--> (5, NULL, 5, 'retired', []::INTEGER[], []::INTEGER[], NULL, NULL, NULL)
--> (6, 1, NULL, 'new', []::INTEGER[], []::INTEGER[], NULL, NULL, NULL)

-- match_topics() of a model with itself keeps all topics
SELECT count(*), bool_and(cluster_id = new_cluster_id AND event = 'kept' AND shift = 0) FROM match_topics('old', 'old');
--> (4, true)

-- match_topics() takes kept_shift and max_shift
SELECT event, count(*) FROM match_topics('old', 'new', kept_shift := 0.05) GROUP BY event ORDER BY event;
--> ('moved', 3)
--> ('new', 1)
--> ('retired', 1)

SELECT event, count(*) FROM match_topics('old', 'new', max_shift := 0.3) GROUP BY event ORDER BY event;
--> ('kept', 2)
--> ('new', 2)
--> ('retired', 2)

-- match_topics() gives no id of the lineage again
WITH used AS (SELECT unnest([1, 41, 7]) AS cluster_id) SELECT max(cluster_id) FROM match_topics('old', 'new', lineage := 'used');
--> (42)

WITH used AS (SELECT 3 AS cluster_id) SELECT max(cluster_id) FROM match_topics('old', 'new', lineage := 'used');
--> (6)

-- match_topics() pairs so that all fit best, not the nearest first
WITH a AS (FROM (VALUES (0, [0]::FLOAT[]), (1, [10]::FLOAT[])) AS t (cluster_id, centroid)),
  b AS (FROM (VALUES (0, [4.5]::FLOAT[]), (1, [-5.5]::FLOAT[])) AS t (cluster_id, centroid))
SELECT cluster_id, new_cluster_id, event FROM match_topics('a', 'b', max_shift := 1);
--> (0, 0, 'moved')
--> (1, NULL, 'retired')
--> (2, 1, 'new')

-- match_topics() matches models of one topic
WITH a AS (FROM old LIMIT 1), b AS (SELECT 0 AS cluster_id, [99, 99]::FLOAT[] AS centroid)
SELECT cluster_id, old_cluster_id, event, shift FROM match_topics('a', 'b');
--> (0, 0, 'kept', NULL)

-- match_topics() matches centroids that coincide
WITH a AS (FROM old UNION ALL SELECT 3, [0, 0]::FLOAT[]) SELECT count(*), count(DISTINCT cluster_id), bool_and(event = 'kept') FROM match_topics('a', 'a');
--> (5, 5, true)

-- Messages 0 to 99. Topics 0 and 1 become one, 2 becomes two, 3 stays, 4 is scattered.
CREATE TABLE before AS SELECT i AS id, CASE WHEN i < 15 THEN 0 WHEN i < 25 THEN 1 WHEN i < 60 THEN 2 WHEN i < 80 THEN 3 ELSE 4 END AS cluster_id FROM range(100) AS t (i);

CREATE TABLE after AS
SELECT i AS id, CASE WHEN i < 25 THEN 1 WHEN i < 45 THEN 3 WHEN i < 60 THEN 4 WHEN i < 80 THEN 0 ELSE [0, 1, 3, 4][i % 4 + 1] END AS cluster_id
FROM range(100) AS t (i)
UNION ALL
-- A topic of messages that were not there before, and others that have grown.
SELECT 100 + i, CASE WHEN i < 40 THEN 2 ELSE 0 END FROM range(60) AS t (i);

CREATE TABLE model_before AS SELECT cluster_id, [cluster_id * 10, 0]::FLOAT[] AS centroid FROM range(5) AS t (cluster_id);

CREATE TABLE model_after AS
FROM (VALUES (0, [31, 0]), (1, [4, 0]), (2, [200, 0]), (3, [18, 0]), (4, [22, 0])) AS t (cluster_id, centroid);

-- match_topics() with assignments tells what became of each topic
SELECT cluster_id, new_cluster_id, event, from_ids, to_ids, shared, round(overlap, 3)
FROM match_topics('model_before', 'model_after', 'before', 'after');
--> (0, 1, 'merged', [0, 1, 4], [0], 15, 0.5)
--> (1, NULL, 'merged', []::INTEGER[], [0], NULL, NULL)
--> (2, 3, 'split', [2, 4], [2, 6], 20, 0.5)
--> (3, 0, 'kept', [3, 4], [3], 20, 0.8)
--> (4, NULL, 'retired', []::INTEGER[], [0, 2, 3, 6], NULL, NULL)
--> (5, 2, 'new', []::INTEGER[], []::INTEGER[], NULL, NULL)
--> (6, 4, 'split', [2, 4], []::INTEGER[], NULL, NULL)

-- match_topics() follows messages where centroids lead astray
WITH swapped AS (SELECT cluster_id, [40 - 10 * cluster_id, 0]::FLOAT[] AS centroid FROM range(5) AS t (cluster_id))
SELECT bool_and(cluster_id = new_cluster_id), list(event ORDER BY cluster_id) FROM match_topics('model_before', 'swapped', 'before', 'before');
--> (true, ['moved', 'moved', 'kept', 'moved', 'moved'])

-- match_topics() matches topics without common messages by their centroids
WITH later AS (SELECT id + 1000 AS id, cluster_id FROM before), near AS (SELECT cluster_id, [cluster_id * 10 + 1, 0]::FLOAT[] AS centroid FROM model_before)
SELECT count(*), bool_and(cluster_id = new_cluster_id AND event = 'kept' AND overlap IS NULL) FROM match_topics('model_before', 'near', 'before', 'later');
--> (5, true)

-- match_topics() does not take what came near for a topic that has lost all its messages
WITH old AS (FROM (VALUES (0, [0]::FLOAT[]), (1, [10]::FLOAT[])) AS t (cluster_id, centroid)),
  new AS (FROM (VALUES (0, [6]::FLOAT[]), (1, [10]::FLOAT[]), (2, [100]::FLOAT[])) AS t (cluster_id, centroid)),
  was AS (SELECT i AS id, i % 2 AS cluster_id FROM range(20) AS t (i)),
  now AS (SELECT i AS id, CASE WHEN i >= 20 THEN 0 ELSE 1 END AS cluster_id FROM range(40) AS t (i) WHERE i >= 20 OR i % 2 = 1)
SELECT cluster_id, new_cluster_id, event FROM match_topics('old', 'new', 'was', 'now');
--> (0, NULL, 'retired')
--> (1, 1, 'kept')
--> (2, 0, 'new')
--> (3, 2, 'new')

-- match_topics() takes min_overlap and min_share
SELECT list(event ORDER BY cluster_id) FROM match_topics('model_before', 'model_after', 'before', 'after', min_overlap := 0.7, min_share := 0.45);
--> (['merged', 'merged', 'merged', 'kept', 'retired', 'new', 'new', 'new', 'new'])

-- match_topics() ignores messages without a topic
WITH holes AS (SELECT id, CASE WHEN id >= 25 THEN cluster_id END AS cluster_id FROM before)
SELECT sum(shared) FROM match_topics('model_before', 'model_before', 'holes', 'before');
--> (75)

-- match_topics() refuses a model without rows
WITH empty AS (FROM old LIMIT 0) FROM match_topics('old', 'empty');
--! invalid model empty: expected at least 1 row, got 0

WITH empty AS (FROM old LIMIT 0) FROM match_topics('empty', 'new');
--! invalid model empty: expected at least 1 row, got 0

-- match_topics() refuses an id that comes twice
WITH twice AS (FROM old UNION ALL SELECT 1, [5, 5]::FLOAT[]) FROM match_topics('old', 'twice');
--! invalid model twice: expected each cluster_id once, got 1 several times

-- match_topics() refuses a NULL id
WITH holes AS (SELECT nullif(cluster_id, 1) AS cluster_id, centroid FROM old) FROM match_topics('holes', 'new');
--! invalid model holes: expected a cluster_id in every row, got NULL

-- match_topics() refuses ids that are no whole numbers
WITH named AS (SELECT 'topic ' || cluster_id AS cluster_id, centroid FROM old) FROM match_topics('named', 'new');
--! invalid model named: expected an INTEGER as cluster_id, got topic 

WITH halves AS (SELECT cluster_id + 0.4 AS cluster_id, centroid FROM old) FROM match_topics('old', 'halves');
--! invalid model halves: expected an INTEGER as cluster_id, got 

WITH halves AS (SELECT id, cluster_id + 0.4 AS cluster_id FROM before) FROM match_topics('model_before', 'model_after', 'halves', 'after');
--! invalid assignments halves: expected an INTEGER as cluster_id, got 

WITH halves AS (SELECT id, cluster_id + 0.4 AS cluster_id FROM after) FROM match_topics('model_before', 'model_after', 'before', 'halves');
--! invalid assignments halves: expected an INTEGER as cluster_id, got 

WITH used AS (SELECT 41.5 AS cluster_id) FROM match_topics('old', 'new', lineage := 'used');
--! invalid lineage used: expected an INTEGER as cluster_id, got 41.5

WITH large AS (SELECT cluster_id + 5000000000 AS cluster_id, centroid FROM old) FROM match_topics('old', 'large');
--! invalid model large: expected an INTEGER as cluster_id, got 500000000

-- match_topics() takes whole numbers of any type
WITH texts AS (SELECT cluster_id::VARCHAR AS cluster_id, centroid FROM old), decimals AS (SELECT cluster_id::DOUBLE AS cluster_id, centroid FROM old)
SELECT typeof(any_value(cluster_id)), bool_and(cluster_id = new_cluster_id AND event = 'kept') FROM match_topics('texts', 'decimals');
--> ('INTEGER', true)

-- match_topics() refuses centroids of another dimension
WITH wide AS (SELECT cluster_id, [1, 2, 3]::FLOAT[] AS centroid FROM old) FROM match_topics('old', 'wide');
--! expected 3 dimensions, got 2

-- match_topics() refuses one table of assignments without the other
FROM match_topics('old', 'new', old_assignments := 'before');
--! match_topics: expected old_assignments and new_assignments, got one of them

-- match_topics() refuses a missing table
FROM match_topics('old', 'newer');
--! Table with name newer does not exist

-- match_topics() refuses a missing column, and names those there are
FROM match_topics('before', 'new');
--! unknown column: centroid; expected one of id, cluster_id

FROM match_topics('old', 'new', 'before', 'new');
--! unknown column: id; expected one of cluster_id, centroid

-- match_topics() refuses limits out of range
FROM match_topics('old', 'new', min_overlap := 0);
--! match_topics: expected min_overlap in (0, 1], got 0

FROM match_topics('old', 'new', max_shift := -1);
--! match_topics: expected max_shift in (0, 1], got -1

FROM match_topics('old', 'new', kept_shift := NULL);
--! match_topics: expected kept_shift in (0, 1], got NULL

FROM match_topics('old', 'new', min_share := 0.6);
--! match_topics: expected min_share in (0, 0.5], got 0.6
