-- Lists, arrays, structs, maps and unions, in one another.
SELECT [1, NULL, 3] AS a, []::INTEGER[] AS b, [[1], [], NULL] AS c, [1, 2]::INTEGER[2] AS d, [NULL] AS e, [0.5::FLOAT, 'nan'::FLOAT] AS f;
SELECT ['a', 'b,c', NULL, 'it''s', '"', '', ' ', 'NULL', '[x]', 'a=b', '{', e'n\nl', 'back\'] AS texts;
SELECT {'a': 1, 'b': 'x,"y"'} AS a, {'a': NULL} AS b, {'a b': 1, 'q"': 2, 'it''s': 3} AS c, {'n': {'x': [1.50, 2.25]}} AS d, row(1, 'x') AS e;
SELECT map {'k "x"': 1, 'l': NULL} AS a, map {} AS b, map {1: 'x', 2: 'y'} AS c, map {[1]: {'z': 1}} AS d, map {'a': map {'b': 1}} AS e;
CREATE TABLE unions (u UNION (n INTEGER, s VARCHAR, l INTEGER[]));
INSERT INTO unions VALUES (1), ('text, "quoted"'), ([1, 2]), (NULL);
FROM unions;
SELECT list({'id': range, 'half': range / 2, 'day': DATE '2020-01-01' + range::INTEGER}) AS rows FROM range(3);
SELECT [true, false, NULL] AS flags, [DATE '2020-01-01'] AS days, ['\xAA'::BLOB] AS blobs, [1.10, 2.2] AS decimals, [9007199254740993] AS wide,
  [170141183460469231731687303715884105727] AS huge;
SELECT [1.5, 'nan'::DOUBLE, 'inf'::DOUBLE, 1e16, 1e-7, -0.0::DOUBLE] AS doubles, {'x': 0.1::FLOAT} AS f;
SELECT range(300) AS long, list_transform(range(5), lambda x: x * x) AS squares;
SELECT unnest([{'a': 1, 'b': [1]}, {'a': 2, 'b': []}], recursive := true);
SELECT row(1, 'x', row(2)) AS a, [row(1, NULL)] AS b, {'r': row(DATE '2020-01-01')} AS c, map {'k': '{"j":  1}'::JSON} AS d, ['{"x":  1}'::JSON] AS e;
SELECT [18446744073709551615::UBIGINT] AS wide, [chr(27)] AS escape, {'u': 'eeccb8c5-9943-b2bb-bb5e-222f4e14b687'::UUID} AS id;
