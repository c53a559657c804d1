-- A text, or an error where it is none of those allowed.
CREATE OR REPLACE TEMP MACRO _one_of(value, allowed, macro_name, name) AS
  CASE
    WHEN list_contains(allowed, value::VARCHAR) THEN value::VARCHAR
    ELSE error(
      macro_name || ': expected ' || name || ' ' || array_to_string(['''' || a || '''' FOR a IN allowed], ' or ')
      || ', got ' || coalesce('''' || value || '''', 'NULL')
    )
  END;
