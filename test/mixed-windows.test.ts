import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../src/index.ts';

// DuckDB's C API gives an aggregate one state for all rows of such windows; what lies behind it may be the states of
// another window of the query.
test('several aggregates OVER windows of few rows give right values or an error', async () => {
  await using db = await open();
  for (let turn = 0; turn < 40; turn++) {
    for (const rows of [2, 3, 5]) {
      const mean = (rows - 1) / 2;
      const query = db.query<{ whole: number[]; ordered: number[]; again: number[]; trained: number[][] }>(`
        SELECT vector_mean([i, 0]::FLOAT[]) OVER () AS whole,
               vector_mean([i, 1]::FLOAT[]) OVER (ORDER BY 1) AS ordered,
               vector_mean([i, 2]::FLOAT[]) OVER () AS again,
               kmeans([i, 1]::FLOAT[], 1) OVER () AS trained
        FROM range(${rows}) AS r(i)`);
      let found: Awaited<typeof query>;
      try {
        found = await query;
      } catch (error) {
        assert.match(String(error), /takes neither OVER nor ORDER BY/);
        continue;
      }
      assert.equal(found.length, rows);
      for (const row of found) {
        assert.deepEqual(row, { whole: [mean, 0], ordered: [mean, 1], again: [mean, 2], trained: [[mean, 1]] });
      }
      const groups = await db.query<{ mean: number[] }>('SELECT vector_mean([i, 0]) AS mean FROM range(4) AS r(i)');
      assert.deepEqual(groups, [{ mean: [1.5, 0] }]);
    }
  }
});
