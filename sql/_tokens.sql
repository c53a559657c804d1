-- The words of a text, each once: lower case, 3 to 30 characters, beginning with a letter of any script.
--
-- Addresses of pages and people, markup, numbers and the 's of a genitive are left out.
CREATE OR REPLACE TEMP MACRO _tokens(text) AS
  list_filter(
    list_distinct(
      regexp_extract_all(
        regexp_replace(
          replace(lower(text), '’', ''''),
          '(https?://|www[.])\S+|\S+@\S+|<[^<>]{1,200}>|''s\b',
          ' ',
          'g'
        ),
        '\pL[\pL\pM\pN]*(?:''\pL+)?'
      )
    ),
    lambda token: length(token) BETWEEN 3 AND 30
  );
