.print first "two words" 'three'
.mode
SELECT 1 AS a, NULL AS b;
.nullvalue -
.headers off
SELECT 1 AS a, NULL AS b;
.headers on
.nullvalue ""
SELECT 1 AS a, NULL AS b;
.mode list
.separator ;
SELECT 1 AS a, 'x;y' AS b, NULL AS c;
.mode jsonlines
SELECT 1 AS a, NULL AS b UNION ALL SELECT 2, [1];
SELECT range AS a, 'x' AS b FROM range(2);
SELECT 1 AS a WHERE false;
.mode line
SELECT 1 AS a, 'text' AS longer_name, NULL AS b UNION ALL SELECT 2, '', 3;
.mode tabs
SELECT 1 AS a, 'text' AS b;
.mode box
SELECT 1 AS a, 'text' AS longer_name, 22.5 AS c, 'é日本' AS d;
.mode table
SELECT 1 AS a, 'text' AS longer_name, 22.5 AS c;
.mode markdown
SELECT 1 AS a, 'text|bar' AS longer_name, 22.5 AS c UNION ALL SELECT 22, 'x', 0.1;
.mode duckbox
SELECT 1 AS a, 'text' AS longer_name, 22.5 AS c, 'é日本' AS d, [1.5::FLOAT] AS e, e'a\nb' AS f;
SELECT range AS n, 'row ' || range AS t, range / 2 AS half FROM range(43);
SELECT range AS n FROM range(9);
SELECT range AS n FROM range(40);
SELECT range AS n, 1 AS one, 'text' AS t FROM range(10);
SELECT 1 AS one WHERE false;
CREATE TABLE t (i INTEGER); CREATE VIEW v AS FROM t; CREATE INDEX x ON t(i);
.schema t
.mode json
SELECT 'the end' AS position;
.exit 3
SELECT 'never' AS position;
