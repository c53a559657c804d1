import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { NotFinished, runJob } from '../../bench/harness/job.ts';
import { alternate, medianOf, ratio, seconds } from '../../bench/harness/rounds.ts';
import type { SqlJob } from '../../bench/jobs/sql.ts';
import { open } from '../../src/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

function job(sql: Partial<SqlJob>) {
  return { work: { sql: { threads: 1, prepare: [], steps: [], ...sql } }, reads: [] };
}

test('runJob() times the steps and gives the values and files of a job', async () => {
  const matrix = join(folder, 'matrix.npy');
  const numbers = join(folder, 'numbers.npy');
  const run = await runJob(
    job({
      prepare: ['CREATE TABLE rows AS SELECT id, embedding::FLOAT[] AS embedding FROM synthetic_embeddings(5000, 7)'],
      steps: [{ name: 'sum', sql: ['CREATE TABLE total AS SELECT sum(id)::BIGINT AS total FROM rows'] }],
      save: [
        { sql: 'SELECT embedding FROM rows ORDER BY id', file: matrix },
        { sql: 'SELECT id::INTEGER FROM rows ORDER BY id', file: numbers },
      ],
      values: 'FROM total',
    }),
    { threads: 1, limit: 60 },
  );
  assert.equal(run.values.total, 12_497_500);
  assert.deepEqual(Object.keys(run.steps), ['sum']);
  assert.ok(run.seconds >= (run.steps.sum ?? Number.NaN));
  assert.ok(run.peakBytes > run.peakAnonymousBytes && run.peakAnonymousBytes > 1e6);

  await using db = await open();
  const same = `SELECT count(*) AS same FROM read_npy('${matrix}') AS saved JOIN synthetic_embeddings(5000, 7) AS made USING (id)
    WHERE saved.embedding = made.embedding`;
  assert.deepEqual(await db.query(same), [{ same: 5000n }]);
});

test('runJob() ends a process after the limit', async () => {
  const endless = 'CREATE TABLE t AS SELECT count(*) FROM range(1000000000000) WHERE range % 7 = 3';
  const limited = runJob(job({ steps: [{ name: 'endless', sql: [endless] }] }), { threads: 1, limit: 3 });
  await assert.rejects(limited, new NotFinished('not finished after 3 s'));
});

test('alternate() pairs the rounds, and leaves out a peer that fails', async () => {
  const count = (rows: number) =>
    job({ steps: [{ name: 'count', sql: [`CREATE TABLE t AS SELECT count(*) FROM range(${rows})`] }] });
  const [ours, theirs, broken] = await alternate(
    [
      { name: 'ours', job: () => count(10) },
      { name: 'theirs', job: () => count(20), peer: true },
      { name: 'broken', job: () => job({ prepare: ['SELECT no_such_function()'] }), peer: true },
    ],
    2,
    { threads: 1, limit: 60, warmUp: false },
  );
  assert.ok(ours && theirs && broken);
  assert.deepEqual([ours.runs.length, theirs.runs.length, broken.runs.length], [2, 2, 0]);
  assert.ok((ratio(theirs, ours, seconds) ?? 0) > 0);
  assert.equal(medianOf(broken, seconds), undefined);
  assert.match(broken.failure ?? '', /no_such_function/);
});
