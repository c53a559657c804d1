import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../../src/index.ts';
import { optionsFor, startServer } from '../labelling/labelling-fixture.ts';

test('statements of several connections that share one host keep a time limit of their own', async () => {
  const endpoint = await startServer();
  endpoint.fault = () => ({ kind: 'hang' });
  await using db = await open(':memory:', { labelling: optionsFor(endpoint, { querySeconds: 1, callSeconds: 600 }) });
  // What a server does: the statements of one attach() are run by each connection.
  const macros: string[] = [];
  await db.labelling.attach({ run: async (sql) => macros.push(sql) });
  const labelled = [1, 2, 3].map(async (n) => {
    const connection = await db.instance.connect();
    try {
      await connection.run(macros.join('\n'));
      await connection.run(`SELECT label_cluster(['message of ${n}'])`);
    } finally {
      connection.closeSync();
    }
  });
  for (const { status, reason } of (await Promise.allSettled(labelled)) as PromiseRejectedResult[]) {
    assert.equal(status, 'rejected');
    assert.match(String(reason), /not answered within 1 s, the time limit of a statement/);
  }
});
