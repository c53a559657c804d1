-- Text that has to be quoted or escaped.
SELECT 'plain' AS a, 'two words' AS b, ' lead' AS c, 'trail ' AS d, '' AS e, ' ' AS f, 'a,b' AS g, 'a;b' AS h, 'a|b' AS i, 'NULL' AS j, NULL AS k;
SELECT 'it''s' AS a, 'say "hi"' AS b, '"' AS c, '''' AS d, '""' AS e, 'back\slash' AS f, '\n' AS g, '`' AS h, '#' AS i, '-' AS j, '{}' AS k, '[]' AS l;
SELECT 'line1
line2' AS a, 'tab	x' AS b, chr(13) AS c, e'a\r\nb' AS d, chr(1) AS e, chr(8) || chr(12) || chr(27) AS f, chr(127) AS g, chr(0) AS h;
SELECT 'é' AS a, '日本' AS b, '🦆' AS c, chr(128) AS d, chr(8232) AS e, 'ﬁ' AS f, '👩‍👩‍👧' AS g, 'a' || chr(769) AS h, '/' AS i, '<&>' AS j;
SELECT 1 AS "a b", 2 AS "q""x", 3 AS "x,y", 4 AS "é", 5 AS a, 6 AS a, 7 AS "A", 8 AS "it's", 9 AS "
";
SELECT $$a;b'c"d$$ AS a, $tag$ $$ ; $tag$ AS b, e'it\'s;' AS c, 'x' 
  'y' AS d;
SELECT repeat('long ', 100) AS a, '2020-01-01' AS b, '1' AS c, 'true' AS d, '1e5' AS e;
SELECT regexp_replace('a-b', '-', e'\n') AS a, printf('%05.2f', 1.5) AS b, format('{:,}', 1234567) AS c, 'a'::VARCHAR(3) AS d;
SELECT string_agg(x, ', ') AS all_of_them, list(x) AS list, upper(first(x)) AS up FROM (VALUES ('a'), ('b "c"'), ('d''e'), ('')) AS t(x);
