import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { open } from '../../src/index.ts';
import { packageRoot } from '../../src/paths.ts';
import { preparePython } from '../support/python.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const python = await preparePython();
const folder = temporaryFolder();

interface Matrix {
  name: string;
  rows: number;
  columns: number;
  gains: [number, number, number][];
}

/** Uniform numbers in [0, 1) that are the same in every run. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function matrix(name: string, rows: number, columns: number, gain: () => number | undefined): Matrix {
  const gains: [number, number, number][] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = gain();
      if (value !== undefined) gains.push([row, column, value]);
    }
  }
  return { name, rows, columns, gains };
}

const random = uniform(7);
const matrices: Matrix[] = [
  matrix('one pair', 1, 1, () => 0.5),
  matrix('one row', 1, 9, random),
  matrix('one column', 9, 1, random),
  matrix('square', 60, 60, random),
  matrix('square, large', 300, 300, random),
  matrix('wide', 20, 90, random),
  matrix('tall', 90, 20, random),
  matrix('all tied', 40, 40, () => 1),
  matrix('few values, many ties', 70, 50, () => Math.floor(random() * 3)),
  matrix('ties of a product', 50, 50, () => Math.floor(random() * 4) * 0.1),
  matrix('gains below 0', 50, 60, () => random() - 0.5),
  matrix('only gains below 0', 10, 10, () => -random()),
  matrix('sparse', 200, 200, () => (random() < 0.02 ? random() : undefined)),
  matrix('sparse, many ties', 150, 120, () => (random() < 0.03 ? 1 + Math.floor(random() * 2) : undefined)),
  matrix('very large gains', 30, 30, () => random() * 1e300),
  matrix('very small gains', 30, 30, () => random() * 1e-300),
  {
    name: '10,000 ids with 10 candidates each',
    rows: 10_000,
    columns: 10_000,
    gains: Array.from({ length: 100_000 }, (_, i) => [
      i % 10_000,
      ((i % 10_000) * 7 + Math.floor(i / 10_000) ** 4) % 10_000,
      random(),
    ]),
  },
  ...Array.from({ length: 60 }, (_, i) =>
    matrix(`small ${i}`, 1 + (i % 7), 1 + (i % 5), () => (random() < 0.8 ? Math.round(random() * 6) - 1 : undefined)),
  ),
];

/** What optimal_assignment chooses of each matrix, in one query with GROUP BY; rows come in a shuffled order. */
async function chosen(): Promise<{ left_id: bigint; right_id: bigint; gain: number }[][]> {
  const file = join(folder, 'matrices.json');
  writeFileSync(file, JSON.stringify(matrices));
  await using db = await open();
  const rows = await db.query<{ pairs: { left_id: bigint; right_id: bigint; gain: number }[] }>(`
    SELECT optimal_assignment(triple[1]::BIGINT, triple[2]::BIGINT, triple[3]) AS pairs
    FROM (
      SELECT n, unnest(CASE len(gains) WHEN 0 THEN [[NULL, NULL, NULL]] ELSE gains END) AS triple
      FROM (SELECT gains, row_number() OVER () AS n FROM read_json('${file}', columns := {gains: 'DOUBLE[][]'}))
      ORDER BY hash(triple)
    )
    GROUP BY n ORDER BY n`);
  return rows.map(({ pairs }) => pairs);
}

test('optimal_assignment() gives the total that scipy gives, on random, rectangular, tied and sparse gains', {
  skip: python.missing,
}, async () => {
  const results = await chosen();
  const script = readFileSync(join(packageRoot, 'test', 'peers', 'assignment_against_scipy.py'), 'utf8');
  const totals = JSON.parse(await python.run(script, join(folder, 'matrices.json'))) as number[];
  assert.equal(results.length, matrices.length);
  matrices.forEach(({ name }, i) => {
    const total = (results[i] ?? []).reduce((sum, { gain }) => sum + gain, 0);
    const expected = totals[i] as number;
    assert.ok(Math.abs(total - expected) <= 1e-12 * Math.abs(expected), `${name}: ${total} and not ${expected}`);
  });
});

test('optimal_assignment() uses every id once at most, and only pairs that are listed with their gain', async () => {
  const results = await chosen();
  matrices.forEach(({ name, gains }, i) => {
    const pairs = results[i] ?? [];
    const listed = new Map(gains.map(([left, right, gain]) => [`${left} ${right}`, gain]));
    for (const { left_id, right_id, gain } of pairs) {
      assert.equal(listed.get(`${left_id} ${right_id}`), gain, name);
      assert.ok(gain > 0, name);
    }
    assert.equal(new Set(pairs.map(({ left_id }) => left_id)).size, pairs.length, name);
    assert.equal(new Set(pairs.map(({ right_id }) => right_id)).size, pairs.length, name);
    assert.deepEqual(
      pairs.map(({ left_id }) => left_id),
      pairs.map(({ left_id }) => left_id).sort((a, b) => Number(a - b)),
      name,
    );
  });
});
