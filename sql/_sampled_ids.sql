-- n random ids of each cluster: (cluster_id, ids STRUCT(priority UBIGINT, id)[]), sorted by priority.
--
-- Each id has a priority, a hash of it and the seed, and the n smallest are kept. So the sample depends on nothing else,
-- and memory on n and the number of clusters alone.
CREATE OR REPLACE TEMP MACRO _sampled_ids(assignments, n, seed) AS TABLE
  SELECT
    _assigned.cluster_id,
    -- Hashed twice: the first hash only adds the seed, and keeps ids together that are alike.
    min({'priority': hash(hash(_assigned.id, seed)), 'id': _assigned.id}, n) AS ids
  FROM (
    SELECT columns(_as_column(*, 'cluster_id')) AS cluster_id, columns(_as_column(*, 'id')) AS id
    FROM query_table(_as_table(assignments))
  ) AS _assigned
  WHERE _assigned.cluster_id IS NOT NULL
  GROUP BY _assigned.cluster_id;
