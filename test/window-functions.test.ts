import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { extensionPath } from '../src/paths.ts';
import { ended } from './support/command.ts';

// In a process of its own: what is tested here once crashed it.
const program = `
  import { DuckDBInstance } from '@duckdb/node-api';
  const instance = await DuckDBInstance.create(':memory:', { allow_unsigned_extensions: 'true' });
  const connection = await instance.connect();
  await connection.run("LOAD '${extensionPath}'");
  await connection.run('CREATE TABLE v AS SELECT i AS id, i % 10 AS part, [i % 100, i % 7]::FLOAT[] AS embedding FROM range(5000) AS t (i)');
  for (const sql of JSON.parse(process.env.QUERIES)) {
    try {
      const result = await connection.run(sql);
      console.log('rows ' + (await result.getRowsJS()).length);
    } catch (error) {
      console.log(error.message.split('\\n')[0]);
    }
  }
  instance.closeSync();
`;

async function outcomes(queries: string[]): Promise<string[]> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, QUERIES: JSON.stringify(queries) },
  });
  child.stdin.end();
  const { code, stdout, stderr } = await ended(child);
  assert.equal(code, 0, stderr);
  return stdout.trimEnd().split('\n');
}

const calls = [
  'kmeans(embedding, 2, 2)',
  'kmeans_step(embedding, [[0.0, 0.0]])',
  'optimal_assignment(id, part, part)',
  'vector_mean(embedding)',
];

test('aggregates OVER () are errors and end no process', async () => {
  const windows = ['()', '(PARTITION BY part % 1)', '(ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)'];
  const queries = calls.flatMap((call) => windows.map((window) => `SELECT ${call} OVER ${window} FROM v`));
  for (const [index, outcome] of (await outcomes(queries)).entries()) {
    const name = /\w+/.exec(calls[Math.floor(index / windows.length)] as string)?.[0];
    assert.ok(
      outcome === 'rows 5000' ||
        outcome === `Invalid Input Error: ${name}: takes neither OVER nor ORDER BY: use GROUP BY and join the result`,
      `${queries[index]}: ${outcome}`,
    );
  }
});

test('kmeans() OVER () says what to do instead', async () => {
  assert.deepEqual(await outcomes(['SELECT kmeans(embedding, 2) OVER () FROM v']), [
    'Invalid Input Error: kmeans: takes neither OVER nor ORDER BY: use GROUP BY and join the result',
  ]);
});

test('aggregates over other windows give rows or an error and end no process', async () => {
  const windows = [
    '(ORDER BY id)',
    '(PARTITION BY part)',
    '(PARTITION BY part ORDER BY id)',
    '(PARTITION BY id)',
    '(ORDER BY id ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING)',
    '(ORDER BY part RANGE BETWEEN 1 PRECEDING AND CURRENT ROW)',
    '(ORDER BY id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW)',
    '(ORDER BY id GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING)',
  ];
  const few = calls.map((call) => call.replace('2, 2', '1, 1'));
  const queries = few.flatMap((call) => windows.map((window) => `SELECT ${call} OVER ${window} FROM v WHERE id < 300`));
  for (const [index, outcome] of (await outcomes(queries)).entries()) {
    assert.match(
      outcome,
      /^rows 300$|^Invalid Input Error: (kmeans|kmeans_step|optimal_assignment|vector_mean): /,
      queries[index],
    );
  }
});
