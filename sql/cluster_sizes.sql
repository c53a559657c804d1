-- cluster_sizes(assignments)
--   returns: table (cluster_id, size BIGINT, share DOUBLE, mean_distance DOUBLE)
--
-- Counts the rows of each cluster.
--
-- `assignments` names a table, view, CTE or file with the column `cluster_id`, such as `assign_clusters` gives. share is the part
-- of all assigned rows, from 0 to 1. mean_distance is the mean of the column `distance`, and NULL where there is no such
-- column. Rows without a cluster_id are not counted. A cluster without rows does not appear. Ordered by cluster_id.
--
-- Errors: a missing table; unknown column: cluster_id.
--
-- Example:
--   SELECT * FROM cluster_sizes('assignments');
CREATE OR REPLACE TEMP MACRO cluster_sizes(assignments) AS TABLE
  SELECT
    _assigned.cluster_id,
    count(*) AS size,
    count(*) / sum(count(*)) OVER () AS share,
    avg(_assigned.distance) AS mean_distance
  FROM (
    SELECT columns(_as_column(*, 'cluster_id')) AS cluster_id, distance
    FROM (
      FROM query_table(_as_table(assignments))
      UNION ALL BY NAME
      SELECT NULL::FLOAT AS distance WHERE false
    )
  ) AS _assigned
  WHERE _assigned.cluster_id IS NOT NULL
  GROUP BY _assigned.cluster_id
  ORDER BY _assigned.cluster_id;
