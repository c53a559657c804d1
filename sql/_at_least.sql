-- A whole number, or an error where it is NULL or less than the minimum.
CREATE OR REPLACE TEMP MACRO _at_least(number, minimum, macro_name, name) AS
  CASE
    WHEN number::BIGINT >= minimum THEN number::BIGINT
    ELSE error(
      macro_name || ': expected ' || name || ' >= ' || minimum || ', got ' || coalesce(number::VARCHAR, 'NULL')
    )
  END;
