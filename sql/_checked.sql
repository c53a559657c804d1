-- The value itself, or an error where the model is empty. The value is an expression with _centroids(model).
--
-- IN with a subquery becomes a mark join, which DuckDB's join order optimizer does not move. So the centroids, which are joined
-- after it, stay above all joins of the user's query. Below one they would be copied into each row of its hash table.
CREATE OR REPLACE TEMP MACRO _checked(value, model) AS
  CASE
    WHEN 0 IN (SELECT count(*) FROM query_table(_as_table(model)))
      THEN error('invalid model ' || model || ': expected at least 1 row, got 0')
    ELSE value
  END;
