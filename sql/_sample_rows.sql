-- How many rows kmeans_train samples at the most; 1 where kmeans will refuse the numbers.
CREATE OR REPLACE TEMP MACRO _sample_rows(k, max_points_per_centroid) AS
  greatest(coalesce(try_cast(k AS INTEGER), 1), 1)::HUGEINT * greatest(coalesce(try_cast(max_points_per_centroid AS BIGINT), 1), 1);
