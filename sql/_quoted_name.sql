-- A name as SQL that can be nothing but the name of a table: every part of it in quotes.
--
-- It takes names as query_table does: parts between dots, and quotes around what holds dots, which are no part of the name. A name
-- with a quote that does not end is put in quotes as a whole, and no table has it.
CREATE OR REPLACE TEMP MACRO _quoted_name(name) AS
  CASE
    WHEN regexp_full_match(name::VARCHAR, '(?s)[.]*(("[^"]*"|[^".])+[.]*)+')
      THEN array_to_string(
        ['"' || replace(part, '"', '') || '"' FOR part IN regexp_extract_all(name::VARCHAR, '(?s)(?:"[^"]*"|[^".])+')],
        '.'
      )
    ELSE '"' || replace(name::VARCHAR, '"', '""') || '"'
  END;
