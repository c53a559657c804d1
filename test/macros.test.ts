import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summaryOf } from '../src/function-reference.ts';
import { parseHeader } from '../src/macros.ts';

const header = `-- double(x, times := 1,
--   unit := 'm')
--   returns: table (value DOUBLE,
--     unit VARCHAR)
--
-- Doubles x, e.g. 2 to 4. More of
-- the same.
--
-- Errors: none.
--
-- Example:
--   SELECT *
--     FROM double(2);
CREATE OR REPLACE TEMP MACRO double(x) AS TABLE SELECT 2 * x;
-- not part of the header
`;

test('parseHeader() reads signature, result, description and example', () => {
  assert.deepEqual(parseHeader('double', header), {
    signature: "double(x, times := 1, unit := 'm')",
    returns: 'table (value DOUBLE, unit VARCHAR)',
    description: 'Doubles x, e.g. 2 to 4. More of\nthe same.\n\nErrors: none.',
    example: 'SELECT *\n  FROM double(2);',
  });
});

test('parseHeader() names the part that is missing', () => {
  const without = (pattern: RegExp) => header.replace(pattern, '-- \n');
  assert.throws(
    () => parseHeader('triple', header),
    /invalid header of sql\/triple\.sql: missing the signature triple/,
  );
  assert.throws(() => parseHeader('double', without(/--\s+returns:.*\n.*\n/)), /missing/);
  assert.throws(() => parseHeader('double', without(/-- Example:\n/)), /missing Example:/);
  assert.throws(() => parseHeader('double', 'CREATE MACRO double(x) AS x;'), /missing the signature/);
});

test('summaryOf() is the first sentence', () => {
  assert.equal(summaryOf('Scales by 0.5 or\nless. Then stops.'), 'Scales by 0.5 or less.');
  assert.equal(summaryOf('One\n\nTwo.'), 'One');
});
