-- The name of a pipeline's input, or an error where the script would replace it or a column is missing.
--
-- `names` are the columns that the input has, `wanted` those that the script reads, `made` the tables that it makes in the current
-- schema. It is a value, so that it fails while it runs: such a fault ends the transaction, in which nothing is written any more.
CREATE OR REPLACE TEMP MACRO _checked_input(input, made, names, wanted) AS
  CASE
    WHEN list_contains(
      list_concat(
        made,
        [current_schema() || '.' || t FOR t IN made],
        [current_database() || '.' || t FOR t IN made],
        [current_database() || '.' || current_schema() || '.' || t FOR t IN made]
      ).list_transform(lambda t: lower(t)),
      lower(replace(trim(input::VARCHAR), '"', ''))
    )
      THEN error('invalid input: ' || input || ' is a table that this script makes')
    WHEN len(list_filter(wanted, lambda w: NOT list_contains([lower(n) FOR n IN names], lower(w)))) > 0
      THEN error(
        'unknown column: ' || list_filter(wanted, lambda w: NOT list_contains([lower(n) FOR n IN names], lower(w)))[1]
        || '; expected one of ' || array_to_string(names, ', ')
      )
    ELSE input
  END;
