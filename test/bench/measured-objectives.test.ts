import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MeasuredObjectives, reaches } from '../../bench/comparisons/measured-objectives.ts';

const limits = { threads: 1, limit: 60 };

/** A training whose objective is the first of the values in round 0, the second in round -1 and so on. */
function training(values: number[]): { objectives: MeasuredObjectives; rounds: number[] } {
  const rounds: number[] = [];
  const job = (round: number) => {
    rounds.push(round);
    return {
      work: { sql: { threads: 1, prepare: [], steps: [], values: `SELECT ${values[-round]} AS objective` } },
      reads: [],
    };
  };
  return { objectives: new MeasuredObjectives(values[0] ?? Number.NaN, { name: 'training', job }, limits), rounds };
}

test('reaches() takes no more seeds where the first one of ours is far higher', async () => {
  const low = training([100, 100, 100]);
  const high = training([102, 102, 102]);
  assert.equal(await reaches(high.objectives, low.objectives), false);
  assert.deepEqual([...low.rounds, ...high.rounds], []);
  assert.equal(await reaches(low.objectives, high.objectives), true);
  assert.deepEqual([...low.rounds, ...high.rounds], [-1, -2, -1, -2]);
});

test('reaches() decides by several seeds, so that luck does not', async () => {
  const lucky = training([99.9, 100.6, 100.4]);
  const steady = training([100, 100.01, 99.99]);
  const lower = training([99.7, 99.8, 99.6]);
  assert.equal(await reaches(lucky.objectives, steady.objectives), false);
  assert.equal(await reaches(lower.objectives, steady.objectives), true);
  assert.equal(await reaches(steady.objectives, lower.objectives), false);
  assert.deepEqual(lucky.rounds, [-1, -2]);
  assert.deepEqual(steady.rounds, [-1, -2]);
  assert.deepEqual(lower.objectives.known, [99.7, 99.8, 99.6]);
});

test('reaches() takes the same objective within the tolerance, and no spread of seeds for an answer', async () => {
  const same = () => training([100, 100, 100]).objectives;
  assert.equal(await reaches(same(), same()), true);
  assert.equal(await reaches(training([100.05, 100.05, 100.05]).objectives, same()), true);
  assert.equal(await reaches(training([99.6, 100, 100.8]).objectives, same()), false);
});
