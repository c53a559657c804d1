-- The name that query_table takes for what kmeans_train trains on: `tbl` itself, a sample of its .npy file, or `blocks`.
--
-- The extension reads a table named 'npy sample:k:max_points_per_centroid:seed:path' as _read_npy_sample(path, ...).
CREATE OR REPLACE TEMP MACRO _sampled_table(tbl, sample, k, max_points_per_centroid, seed, blocks) AS
  CASE
    WHEN sample <> 'blocks' OR sample IS NULL OR tbl IS NULL THEN _as_table(tbl)
    WHEN _is_file(tbl) AND suffix(tbl, '.npy')
      THEN '"npy sample:' || greatest(coalesce(try_cast(k AS INTEGER), 1), 1)
        || ':' || greatest(coalesce(try_cast(max_points_per_centroid AS BIGINT), 1), 1)
        || ':' || coalesce(try_cast(seed AS BIGINT), 0) || ':' || tbl || '"'
    ELSE blocks
  END;
