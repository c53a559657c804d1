-- A number above the lower limit and not above the upper one, or an error.
CREATE OR REPLACE TEMP MACRO _in_range(number, above, most, macro_name, name) AS
  CASE
    WHEN number::DOUBLE > above AND number::DOUBLE <= most THEN number::DOUBLE
    ELSE error(
      macro_name || ': expected ' || name || ' in (' || above || ', ' || most || '], got ' || coalesce(number::VARCHAR, 'NULL')
    )
  END;
