-- n itself, or an error where it is NULL or less than 1.
CREATE OR REPLACE TEMP MACRO _at_least_one(n, macro_name) AS
  CASE WHEN n >= 1 THEN n ELSE error(macro_name || ': expected n >= 1, got ' || coalesce(n::VARCHAR, 'NULL')) END;
