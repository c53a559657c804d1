-- Where statements begin and end.
SELECT 1 AS a; SELECT 2 AS b;
SELECT
  3
    AS c
;
SELECT 4 AS d; SELECT
5 AS e;
/* a comment; with a semicolon */ SELECT 6 AS f /* and; inside */ ; -- and; behind
-- a line; of its own
SELECT '--no comment;' AS g; -- done
SELECT 'a;
b' AS h;

/* over
several; lines;
*/
SELECT 7 AS i;
;;
   ;
# a comment of the shell; not of SQL
SELECT $$;
;$$ AS j, ';' AS ";", e'\';' AS k;
	  SELECT 8 AS l  ;  
WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a)
FROM a, b;
VALUES (1, 'x'), (2, 'y');
FROM range(3) SELECT range AS n;
select 9 as "select;from";
SELECT 10 AS m, -- one
  11 AS n -- two;
  ;
SELECT 12 AS o
