-- What the singular and the plural of an English word have in common; other words come back as they are.
CREATE OR REPLACE TEMP MACRO _word_family(word) AS
  CASE
    WHEN length(word) > 4 AND suffix(word, 'ies') THEN word[:-4] || 'y'
    WHEN regexp_matches(word, '(x|ch|sh|ss)es$') THEN word[:-3]
    WHEN length(word) > 3 AND suffix(word, 's') AND NOT suffix(word, 'ss') THEN word[:-2]
    ELSE word
  END;
