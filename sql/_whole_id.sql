-- The id of a topic as INTEGER, or an error where it is no whole number; a cast alone would round it. NULL stays NULL.
CREATE OR REPLACE TEMP MACRO _whole_id(id, source) AS
  CASE
    WHEN id IS NULL THEN NULL
    WHEN coalesce(try_cast(id AS DOUBLE) = try_cast(id AS INTEGER), false) THEN try_cast(id AS INTEGER)
    ELSE error('invalid ' || source || ': expected an INTEGER as cluster_id, got ' || id)
  END;
