import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstDifference } from '../scripts/docs/first-difference.ts';

test('firstDifference() lets numbers differ by a thousandth, and the boxes with them', () => {
  const old = '┌──────┐\n│ 1.25 │\n└──────┘\n';
  assert.equal(firstDifference(old, '┌─────────┐\n│ 1.25001 │\n└─────────┘\n'), undefined);
  assert.equal(firstDifference(old, '┌──────┐\n│ 1.26 │\n└──────┘\n'), '- │ 1.25 │\n+ │ 1.26 │');
});

test('firstDifference() lets no whole number differ', () => {
  assert.equal(firstDifference('│ 12345 │', '│ 12346 │'), '- │ 12345 │\n+ │ 12346 │');
  assert.equal(firstDifference('9007199254740993', '9007199254740992'), '- 9007199254740993\n+ 9007199254740992');
  assert.equal(firstDifference('12345.6', '12346'), undefined);
  assert.equal(firstDifference('1e-7', '1.0001e-7'), undefined);
});

test('firstDifference() shows the first line that differs', () => {
  assert.equal(firstDifference('a\nb\nc\n', 'a\nb\nc\n'), undefined);
  assert.equal(firstDifference('a\nb\nc\n', 'a\nx\ny\n'), '- b\n+ x');
  assert.equal(firstDifference('a\n', 'a\nb\n'), '- \n+ b');
  assert.equal(firstDifference('k10', 'k11'), '- k10\n+ k11');
});
