-- The name that query_table takes for a table, a view, a CTE or a file.
--
-- query_table reads 'a.b' as schema and table, so that a file name with dots must come in quotes.
CREATE OR REPLACE TEMP MACRO _as_table(name) AS
  CASE
    WHEN name[1] <> '"' AND regexp_matches(name, '[/*?]|[.](parquet|csv|tsv|json|jsonl|ndjson|npy|faiss|gz|zst)$', 'i')
      THEN '"' || name || '"'
    ELSE name
  END;
