import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawBar, duration, headOf } from '../src/cli/progress-line.ts';

const half = { percentage: 50, rows_processed: 1_500_000n, total_rows_to_process: 3_000_000n };
const unknown = { percentage: -1, rows_processed: 0n, total_rows_to_process: 0n };

test('drawBar() shows the share, the rows done, the time passed and the time left', () => {
  assert.equal(
    drawBar('a.sql:3', 'SELECT 1', half, 30, 100, true),
    'a.sql:3: SELECT 1  ████████████░░░░░░░░░░░░  50 %  1,500,000 rows  30.0 s  30.0 s left',
  );
  assert.equal(
    drawBar('a.sql:3', 'SELECT 1', half, 30, 100, false),
    'a.sql:3: SELECT 1 ... 50 %  1,500,000 rows  30.0 s  30.0 s left',
  );
});

test('drawBar() shows only the time while DuckDB has no estimate', () => {
  assert.equal(drawBar('a.sql:3', 'SELECT 1', unknown, 2, 100, true), 'a.sql:3: SELECT 1  2.00 s');
});

test('drawBar() never passes the width of the terminal', () => {
  for (let columns = 10; columns < 120; columns++) {
    assert.ok(drawBar('folder/script.sql:120', 'SELECT '.repeat(8), half, 30, columns, true).length < columns);
  }
});

test('duration() grows from hundredths to hours', () => {
  assert.deepEqual([0, 9.94, 9.96, 59.9, 59.96, 245, 3599.9, 3780].map(duration), [
    '0.00 s',
    '9.94 s',
    '10.0 s',
    '59.9 s',
    '1 min 00 s',
    '4 min 05 s',
    '1 h 00 min',
    '1 h 03 min',
  ]);
});

test('headOf() is the beginning of a statement on one line', () => {
  assert.equal(headOf('SELECT\n  1,\t2;'), 'SELECT 1, 2');
  assert.equal(headOf('x'.repeat(100)).length, 60);
});
