-- A query of the rows of a table or a Parquet file that lie in randomly chosen blocks of neighbours; of all rows where rows have no
-- numbers (views, CTEs, CSV files).
--
-- It gives at least twice the k * max_points_per_centroid rows of a sample, from at least 64 blocks of 2,048 rows, the least that a
-- scan of a table reads; in Parquet from 16 blocks of 16,384, since a scan reads whole pages.
--
-- A scan leaves out the embeddings of a block only by a condition on the row number without a subquery, which cannot know how many
-- blocks there are. So of w wanted blocks it first takes block b, from 0, with probability w / (b + 1): more at the beginning, about
-- w * (1 + log(blocks / w)) in all. The last condition keeps those that w / blocks would have taken by the same random number:
-- now every block is as likely as any other.
--
-- DuckDB numbers the rows that the open transaction has added to a table from 36028797018960000.
--
-- The inner _t hides the outer one, whose NULL is found where rows have no numbers.
CREATE OR REPLACE TEMP MACRO _sampled_blocks(tbl, sample, k, max_points_per_centroid, seed) AS
  CASE
    WHEN sample <> 'blocks' OR sample IS NULL OR tbl IS NULL THEN 'SELECT NULL AS embedding'
    ELSE format(
      'SELECT _chosen.* EXCLUDE (_block)
       FROM (SELECT NULL::BIGINT AS {0}) AS _t,
         LATERAL (
           SELECT try_cast(_t.{0} AS BIGINT) % 36028797018960000 // {1} AS _block, *
           FROM {2} AS _t
           WHERE coalesce(_block_share(_block, {3}) * (_block + 1) < {4}, true)
         ) AS _chosen,
         (
           SELECT max(_numbered.number) // {1} + 1 AS blocks
           FROM (SELECT NULL::BIGINT AS {0}) AS _t, LATERAL (SELECT try_cast(_t.{0} AS BIGINT) % 36028797018960000 AS number FROM {2} AS _t) AS _numbered
         ) AS _all
       WHERE coalesce(_block_share(_chosen._block, {3}) * _all.blocks < {4}, true)',
      CASE WHEN _is_file(tbl) THEN 'file_row_number' ELSE 'rowid' END,
      CASE WHEN _is_file(tbl) THEN 16384 ELSE 2048 END,
      _quoted_name(_as_table(tbl)),
      coalesce(try_cast(seed AS BIGINT), 0),
      CASE
        WHEN _is_file(tbl) THEN greatest(16, ceil(2 * _sample_rows(k, max_points_per_centroid) / 16384))
        ELSE greatest(64, ceil(2 * _sample_rows(k, max_points_per_centroid) / 2048))
      END::BIGINT
    )
  END;
