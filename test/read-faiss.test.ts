import assert from 'node:assert/strict';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { open } from '../src/index.ts';
import { errorLine } from './support/error-line.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { differences, withTopics } from './support/topics.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);

test('read_faiss(path) gives back the model that write_faiss(model, path) wrote', async () => {
  for (const [k, d, step] of [
    [1, 1, 1],
    [100, 128, 1],
    [100, 128, 7],
    [5000, 3, 1],
    [5000, 3, 2],
  ] as const) {
    await using db = await withTopics(k, d, step);
    const file = path(`${k}-${d}-${step}.faiss`);
    assert.deepEqual(await db.query(`SELECT write_faiss('topics', '${file}') AS n`), [{ n: BigInt(k) }]);
    assert.equal(await differences(db, `read_faiss('${file}')`), 0);
  }
});

test('read_faiss(path) returns (cluster_id BIGINT, centroid FLOAT[]) in the order of the file', async () => {
  await using db = await withTopics(5000, 2, 3);
  await db.query(`SELECT write_faiss('topics', '${path('order.faiss')}')`);
  const call = `read_faiss('${path('order.faiss')}')`;
  assert.deepEqual(await db.query(`SELECT column_name, column_type FROM (DESCRIBE FROM ${call})`), [
    { column_name: 'cluster_id', column_type: 'BIGINT' },
    { column_name: 'centroid', column_type: 'FLOAT[]' },
  ]);
  const rows = await db.query<{ cluster_id: bigint }>(`SELECT cluster_id FROM ${call}`);
  assert.ok(rows.every((row, index) => row.cluster_id === BigInt(index * 3)));
  assert.equal(rows.length, 5000);
  assert.equal((await db.query(`SELECT centroid FROM ${call}`)).length, 5000);
  assert.deepEqual(await db.query(`SELECT count(*) AS n FROM ${call}`), [{ n: 5000n }]);
});

test('read_faiss(path) says which file is missing or none', async () => {
  await using db = await open();
  const error = (argument: string) => errorLine(db.query(`FROM read_faiss(${argument})`));
  const text = path('text.faiss');
  writeFileSync(text, 'cluster_id,centroid\n');
  assert.equal(await error(`'${path('none.faiss')}'`), `read_faiss: ${path('none.faiss')}: no such file`);
  assert.equal(await error(`'${folder}'`), `read_faiss: ${folder}: expected a file, got a folder`);
  assert.equal(await error(`'${text}'`), `read_faiss: ${text}: expected a FAISS index file, got another format`);
  assert.equal(await error('NULL'), 'read_faiss: expected a path, got NULL');
  assert.equal(await error("''"), 'read_faiss: expected a path, got an empty text');
  assert.equal(
    await error("'https://example.org/a.faiss'"),
    'read_faiss: expected a file of this machine, got https://example.org/a.faiss',
  );
});

test('read_faiss(path) of a file that is cut short anywhere is an error', async () => {
  await using db = await withTopics(5, 2, 3);
  const file = path('cut.faiss');
  await db.query(`SELECT write_faiss('topics', '${file}')`);
  for (let size = statSync(file).size - 1; size >= 0; size--) {
    truncateSync(file, size);
    const line = await errorLine(db.query(`FROM read_faiss('${file}')`));
    assert.match(line, /cut\.faiss: expected at least \d+ bytes, got \d+$/, `${size} bytes`);
  }
});

test('read_faiss(path) of a file with a bit turned is an error, or gives as many rows', async () => {
  await using db = await withTopics(5, 2, 3);
  const file = path('turned.faiss');
  await db.query(`SELECT write_faiss('topics', '${file}')`);
  const bytes = readFileSync(file);
  let errors = 0;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const turned = Buffer.from(bytes);
    turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7));
    writeFileSync(file, turned);
    try {
      assert.equal((await db.query(`FROM read_faiss('${file}')`)).length, 5, `bit ${bit}`);
    } catch (error) {
      assert.match((error as Error).message, /^Binder Error: read_faiss: .*turned\.faiss: expected /, `bit ${bit}`);
      errors++;
    }
  }
  // The type, d and the four counts of the two headers, the numbers and the ids.
  assert.ok(errors > 400, `${errors} errors`);
});

test('read_faiss(path) of a file that changes after the query was prepared is an error', async () => {
  await using db = await withTopics(5, 2, 3);
  const file = path('changed.faiss');
  await db.query(`SELECT write_faiss('topics', '${file}')`);
  const prepared = await db.connection.prepare(`FROM read_faiss('${file}')`);
  assert.equal((await prepared.runAndReadAll()).currentRowCount, 5);
  await db.query(`SELECT write_faiss('topics', '${file}')`);
  assert.equal(
    await errorLine(prepared.run()),
    `read_faiss: ${file}: the file has changed since the query was prepared`,
  );
});
