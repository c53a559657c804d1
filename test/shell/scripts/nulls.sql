-- NULLs, and results without rows.
SELECT NULL, NULL::INTEGER, [NULL], {'a': NULL}, NULL::VARCHAR AS text, NULL::JSON AS json, NULL::DOUBLE[] AS list;
SELECT 1 AS a WHERE false;
SELECT 1 AS a, 'x' AS b, [1] AS c WHERE false;
CREATE TABLE empty (i INTEGER, t VARCHAR);
FROM empty;
SELECT count(*), sum(i), min(t), list(i) FROM empty;
SELECT i, count(*) FROM empty GROUP BY i;
INSERT INTO empty VALUES (NULL, NULL), (NULL, ''), (0, NULL);
FROM empty;
SELECT coalesce(i, -1) AS i, t IS NULL AS missing, nullif(t, '') AS t FROM empty;
SHOW TABLES;
DROP TABLE empty;
SHOW TABLES;
SELECT * FROM (VALUES (1, NULL), (NULL, 2)) AS a(x, y) FULL JOIN (VALUES (1, 'one'), (3, 'three')) AS b(x, name) USING (x) ORDER BY x;
