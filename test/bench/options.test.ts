import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../../bench/options.ts';

test('parseOptions() runs every comparison five times by default', () => {
  const { only, pairs, rows, shapes } = parseOptions([]);
  assert.deepEqual(only, ['notebook', 'assign', 'init', 'train', 'scale', 'udf', 'faiss-node']);
  assert.equal(pairs, 5);
  assert.equal(rows, undefined);
  assert.equal(shapes, undefined);
});

test('parseOptions() reads lists of names and shapes', () => {
  const options = parseOptions([
    '--only',
    'assign,udf',
    '--shapes',
    '128x100,768x10000',
    '--rows',
    '1_000',
    '--threads',
    '1',
  ]);
  assert.deepEqual(options.only, ['assign', 'udf']);
  assert.deepEqual(options.shapes, [
    { d: 128, k: 100 },
    { d: 768, k: 10_000 },
  ]);
  assert.equal(options.rows, 1000);
  assert.equal(options.threads, 1);
});

test('parseOptions() says what it expected', () => {
  assert.throws(() => parseOptions(['--only', 'asign']), {
    message: 'unknown comparison: asign, expected notebook, assign, init, train, scale, udf, faiss-node',
  });
  assert.throws(() => parseOptions(['--pairs', '0']), {
    message: 'invalid pairs: 0, expected a whole number of at least 1',
  });
  assert.throws(() => parseOptions(['--shapes', '128']), {
    message: 'invalid shape: 128, expected dimensions x centroids such as 768x1000',
  });
  assert.throws(
    () => parseOptions(['--threads', '100000']),
    /invalid threads: 100000, expected at most \d+, one a core/,
  );
});
