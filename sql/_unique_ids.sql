-- NULL where every id of the table `tbl` is there once, or an error that names one that repeats. Of more than 2 * `most` rows a part of
-- the ids is looked at, chosen by hash; of all where `most` is NULL.
CREATE OR REPLACE TEMP MACRO _unique_ids(tbl, most) AS (
  SELECT
    CASE
      WHEN missing > 0 THEN error('invalid id: expected unique values, got NULL in ' || missing || ' rows')
      WHEN repeated IS NOT NULL
        THEN error(
          'invalid id: expected unique values, got ' || repeated.id || ' '
          || CASE WHEN repeated.n = 2 THEN 'twice' ELSE repeated.n || ' times' END
        )
    END
  FROM (SELECT count(*) - count(id) AS missing FROM query_table(tbl)),
    (
      SELECT min({'id': id, 'n': n}) AS repeated
      FROM (
        SELECT id, count(*) AS n
        FROM query_table(tbl)
        WHERE hash(id) % (SELECT greatest(1, count(*) // most)::UBIGINT FROM query_table(tbl)) = 0
        GROUP BY id
        HAVING count(*) > 1
      )
    )
);
