-- Picks a column of a table by a name that is a value: SELECT columns(_as_column(*, 'embedding')) FROM ...
--
-- COLUMNS must know its list when it binds, where error() cannot run. So the message takes the place of the name, and DuckDB says
-- that there is no such column.
CREATE OR REPLACE TEMP MACRO _as_column(names, name) AS
  CASE
    WHEN list_contains([lower(n) FOR n IN names], lower(name)) THEN [name]
    ELSE ['unknown column: ' || coalesce(name, 'NULL') || '; expected one of ' || array_to_string(names, ', ')]
  END;
