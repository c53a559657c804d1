-- What describes data, plans and the database.
CREATE TABLE sales (region VARCHAR, year INTEGER, amount DOUBLE);
INSERT INTO sales SELECT ['north', 'south', 'it''s "east"'][1 + range % 3], 2020 + range // 10, range * 1.25 FROM range(40);
DESCRIBE sales;
SUMMARIZE sales;
SHOW TABLES;
SHOW ALL TABLES;
PIVOT sales ON year USING sum(amount) GROUP BY region ORDER BY region;
UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b INTO NAME name VALUE value;
SELECT region, year, sum(amount) AS total, rank() OVER (PARTITION BY year ORDER BY sum(amount) DESC) AS rank
FROM sales GROUP BY ALL HAVING total > 20 ORDER BY ALL;
SELECT grouping(region) AS g, region, count(*) AS n FROM sales GROUP BY ROLLUP (region) ORDER BY ALL;
EXPLAIN SELECT region, sum(amount) FROM sales WHERE year > 2020 GROUP BY region;
SET explain_output = 'all'; EXPLAIN SELECT 1;
SELECT 1 AS after;
PRAGMA table_info('sales');
CALL pragma_version();
SELECT name, value FROM duckdb_settings() WHERE name IN ('explain_output', 'default_null_order') ORDER BY name;
SELECT function_name, parameters FROM duckdb_functions() WHERE function_name = 'list_value' LIMIT 1;
SELECT table_name, estimated_size, sql FROM duckdb_tables();
FROM sales ORDER BY amount LIMIT 3 OFFSET 2;
SELECT * FROM sales USING SAMPLE 0 ROWS;
