-- Blobs, bits, UUIDs, enums and JSON.
SELECT '\xAA\x00a"b'''::BLOB AS a, ''::BLOB AS b, 'abc'::BLOB AS c, encode('é') AS d;
SELECT '010101'::BIT AS a, '1'::BIT AS b, 'eeccb8c5-9943-b2bb-bb5e-222f4e14b687'::UUID AS c, '00000000-0000-0000-0000-000000000000'::UUID AS d;
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'a,b', 'é');
CREATE TABLE people (name VARCHAR, mood mood, moods mood[]);
INSERT INTO people VALUES ('a', 'sad', ['sad', 'é']), ('b', 'it''s ok', []), ('c', NULL, NULL), ('d', 'a,b', [NULL]);
FROM people ORDER BY mood, name;
SELECT enum_range(NULL::mood) AS moods, 'x'::ENUM ('x', 'y') AS inline;
SELECT '{"x": [1, 2], "y": {"z": null}}'::JSON AS a, 'null'::JSON AS b, '"text"'::JSON AS c, '1.0'::JSON AS d, NULL::JSON AS e;
SELECT '{"x": "a\"b\u00e9\n"}'::JSON AS a, ['{"x": 1}'::JSON] AS b, {'j': '[1,   2]'::JSON} AS c, to_json({'a': [1, NULL]}) AS d;
SELECT '{"a": {"b": [10, 20]}}'::JSON -> 'a' AS a, '{"a": {"b": [10, 20]}}' ->> '$.a.b[1]' AS b, json_keys('{"x": 1, "y": 2}') AS c;
CREATE TYPE price AS DECIMAL(10, 2);
SELECT 1.5::price AS p, [2::price] AS list, typeof(1.5::price) AS type;
SELECT true AS t, false AS f, NULL::BOOLEAN AS n, [true] AS l;
SELECT getvariable('missing') AS v;
