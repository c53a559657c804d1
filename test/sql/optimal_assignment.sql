CREATE TABLE pairs AS FROM (VALUES (1, 1, 0.9), (1, 2, 0.8), (2, 1, 0.7), (2, 2, 0.1), (3, 2, 0.5)) AS t (l, r, gain);

-- optimal_assignment() returns STRUCT(left_id BIGINT, right_id BIGINT, gain DOUBLE)[]
SELECT typeof(optimal_assignment(l, r, gain)) FROM pairs;
--> ('STRUCT(left_id BIGINT, right_id BIGINT, gain DOUBLE)[]')

-- optimal_assignment() takes the greatest total, not the greatest gain first
SELECT unnest(optimal_assignment(l, r, gain), recursive := true) FROM pairs;
--> (1, 2, 0.8)
--> (2, 1, 0.7)

-- optimal_assignment() works with GROUP BY
SELECT l % 2, optimal_assignment(l, r, gain) FROM pairs GROUP BY l % 2 ORDER BY 1;
--> (0, [{'left_id': 2, 'right_id': 1, 'gain': 0.7}])
--> (1, [{'left_id': 1, 'right_id': 1, 'gain': 0.9}, {'left_id': 3, 'right_id': 2, 'gain': 0.5}])

-- optimal_assignment() leaves out what is worth nothing or less
SELECT optimal_assignment(l, r, gain - 0.75)::VARCHAR FROM pairs WHERE l = 2;
--> ('[]')

-- optimal_assignment() takes negative and very large ids
SELECT unnest(optimal_assignment(-9223372036854775808, 9223372036854775807, 1), recursive := true);
--> (-9223372036854775808, 9223372036854775807, 1.0)

-- optimal_assignment() finds the least cost with 1 + the greatest cost - cost as gain
SELECT list_sum([2 - pair.gain FOR pair IN optimal_assignment(i, j, 2 - cost)])
FROM (SELECT i, j, CASE WHEN (i + j) % 3 = 0 THEN 0 ELSE 1 END AS cost FROM range(6) AS a (i), range(4) AS b (j));
--> (0.0)

-- optimal_assignment() of no rows is empty
SELECT optimal_assignment(l, r, gain)::VARCHAR FROM pairs WHERE false;
--> ('[]')

-- optimal_assignment() skips rows with a NULL
SELECT optimal_assignment(nullif(l, 1), nullif(r, 2), nullif(gain, 0.5)) FROM pairs;
--> ([{'left_id': 2, 'right_id': 1, 'gain': 0.7}])

-- optimal_assignment() refuses NaN
SELECT optimal_assignment(1, 1, 'nan'::DOUBLE);
--! optimal_assignment: expected finite gains, got NaN

-- optimal_assignment() refuses infinity
SELECT optimal_assignment(1, 1, '-inf'::DOUBLE);
--! optimal_assignment: expected finite gains, got infinity

-- optimal_assignment() refuses a pair that comes twice
SELECT optimal_assignment(l, 1, gain) FROM (SELECT * FROM pairs UNION ALL FROM pairs);
--! optimal_assignment: expected each pair once, got (1, 1) several times

-- optimal_assignment() refuses ids that are no whole numbers
SELECT optimal_assignment(l::VARCHAR, r, gain) FROM pairs;
--! No function matches the given name and argument types 'optimal_assignment(VARCHAR, INTEGER, DECIMAL(2,1))'

-- optimal_assignment() refuses OVER
SELECT optimal_assignment(l, r, gain) OVER () FROM pairs;
--! optimal_assignment: takes neither OVER nor ORDER BY: use GROUP BY and join the result
