-- The name that query_table takes for a table, a view, a CTE or a file.
--
-- query_table reads 'a.b' as schema and table, so that a file name with dots must come in quotes.
CREATE OR REPLACE TEMP MACRO _as_table(name) AS
  CASE
    WHEN regexp_matches(name::VARCHAR, '^[^"].*([/*?]|[.](parquet|csv|tsv|json|jsonl|ndjson|npy|faiss|gz|zst)$)', 'i')
      THEN '"' || name::VARCHAR || '"'
    ELSE name::VARCHAR
  END;
