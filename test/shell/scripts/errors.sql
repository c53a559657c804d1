-- What fails, and what goes on after it.
SELECT 1 AS before;
SELEC 2;
SELECT * FROM missing;
SELECT missing FROM range(3);
SELECT missing_function(1);
SELECT CAST('x' AS INTEGER);
SELECT 1; SELECT 2; SELECT error('third'); SELECT 4;
SELECT 5; SELEC 6; SELECT 7;
SELECT CASE WHEN range = 4000 THEN error('late') ELSE range END AS n FROM range(5000);
SELECT 8 AS
  eight
  FROM range(1) WHERE;
.nonsense
.mode nonsense
.read missing.sql
.open /missing/folder/x.duckdb too many words
SELECT (1;
SELECT [1, 2;
SELECT 'after' AS position;
CREATE TABLE t (i INTEGER);
CREATE TABLE t (i INTEGER);
INSERT INTO t VALUES ('x');
INSERT INTO t VALUES (1, 2);
SELECT * FROM t;
SELECT 1 AS a UNION ALL SELECT 'x';
COPY missing TO 'nowhere.csv';
LOAD missing_extension_of_no_one;
SET missing_setting = 1;
SELECT 'the end' AS position;
SELECT 'unfinished
