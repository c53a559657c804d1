import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { open } from '../src/index.ts';
import { packageRoot } from '../src/paths.ts';
import { errorLine } from './support/error-line.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { differences, withTopics } from './support/topics.ts';

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);

test('write_faiss(model, path) orders the centroids by cluster_id', async () => {
  await using db = await withTopics(300, 4);
  await db.connection.run('CREATE VIEW shuffled AS FROM topics ORDER BY hash(cluster_id)');
  await db.query(`SELECT write_faiss('topics', '${path('ordered.faiss')}')`);
  await db.query(`SELECT write_faiss('shuffled', '${path('shuffled.faiss')}')`);
  assert.deepEqual(readFileSync(path('shuffled.faiss')), readFileSync(path('ordered.faiss')));
});

test('write_faiss(model, path) keeps a cluster_id that several centroids share', async () => {
  await using db = await withTopics(8, 3);
  await db.connection.run('UPDATE topics SET cluster_id = cluster_id // 3');
  const file = path('shared.faiss');
  await db.query(`SELECT write_faiss('topics', '${file}')`);
  const model = (name: string) =>
    db.query(`SELECT cluster_id::BIGINT AS cluster_id, centroid FROM ${name} ORDER BY ALL`);
  assert.deepEqual(await model(`read_faiss('${file}')`), await model('topics'));
});

test('write_faiss(model, path) takes a CTE, a Parquet file or a FAISS file as the model', async () => {
  await using db = await withTopics(8, 3, 2);
  const [parquet, first, file] = [path('topics.parquet'), path('first.faiss'), path('from-a-file.faiss')];
  await db.connection.run(`COPY topics TO '${parquet}'`);
  await db.query(`SELECT write_faiss('${parquet}', '${first}')`);
  await db.query(`WITH model AS (FROM '${first}') SELECT write_faiss('model', '${file}')`);
  assert.equal(await differences(db, `'${file}'`), 0);
});

test('write_faiss(model, path) takes views, temp tables, any integer type and FLOAT[d] or DOUBLE[] centroids', async () => {
  await using db = await withTopics(9, 4, 5);
  const types = [
    ['INTEGER', 'FLOAT[]'],
    ['BIGINT', 'FLOAT[4]'],
    ['UTINYINT', 'DOUBLE[]'],
    ['HUGEINT', 'DOUBLE[4]'],
  ];
  for (const [id, centroid] of types) {
    await db.connection.run(
      `CREATE OR REPLACE TEMP TABLE typed AS SELECT cluster_id::${id} AS cluster_id, centroid::${centroid} AS centroid, 1 AS size FROM topics`,
    );
    await db.query(`SELECT write_faiss('typed', '${path('typed.faiss')}')`);
    assert.equal(await differences(db, `read_faiss('${path('typed.faiss')}')`), 0);
  }
});

test('write_faiss(model, path) writes a file over the one that the model is read from', async () => {
  await using db = await withTopics(3000, 5, 2);
  const file = path('itself.faiss');
  await db.query(`SELECT write_faiss('topics', '${file}')`);
  await db.connection.run(
    `CREATE VIEW stored AS SELECT cluster_id * 2 AS cluster_id, centroid FROM read_faiss('${file}')`,
  );
  assert.deepEqual(await db.query(`SELECT write_faiss('stored', '${file}') AS n`), [{ n: 3000n }]);
  await db.connection.run('UPDATE topics SET cluster_id = cluster_id * 2');
  assert.equal(await differences(db, `read_faiss('${file}')`), 0);
});

test('write_faiss(model, path) writes when it is run, once, and not when it is planned', async () => {
  await using db = await withTopics(3, 2);
  mkdirSync(path('runs'));
  await db.connection.run(
    `CREATE SEQUENCE calls; CREATE VIEW looked_at AS SELECT write_faiss('topics', '${path('runs/view')}') AS n`,
  );
  await db.query(`EXPLAIN SELECT write_faiss('topics', '${path('runs/explained')}')`);
  const prepared = await db.connection.prepare(
    `SELECT write_faiss('topics', '${path('runs/')}' || nextval('calls')) AS n`,
  );
  assert.deepEqual(readdirSync(path('runs')), []);
  await prepared.run();
  assert.deepEqual(readdirSync(path('runs')), ['1']);
  await prepared.run();
  assert.deepEqual(readdirSync(path('runs')), ['1', '2']);
  await db.query(
    `SELECT write_faiss_index([[i::FLOAT]], [i], '${path('runs/')}' || nextval('calls')) FROM range(3) AS t (i)`,
  );
  assert.deepEqual(readdirSync(path('runs')), ['1', '2', '3', '4', '5']);
  await db.query(`SELECT write_faiss_index([[1.0]], [0], '${path('runs/')}' || nextval('calls')) FROM range(2)`);
  assert.deepEqual(readdirSync(path('runs')), ['1', '2', '3', '4', '5', '6', '7']);
});

test('write_faiss(model, path) that fails leaves the file as it was and nothing beside it', async () => {
  await using db = await withTopics(10, 4);
  mkdirSync(path('full'));
  const file = path('full/topics.faiss');
  await db.query(`SELECT write_faiss('topics', '${file}')`);
  const before = readFileSync(file);
  const script = `import { open } from '${join(packageRoot, 'src/index.ts')}';
    const db = await open();
    await db.connection.run('CREATE TABLE topics AS SELECT id AS cluster_id, embedding AS centroid FROM synthetic_embeddings(1000, 32)');
    await db.query("SELECT write_faiss('topics', '${file}')").catch((error) => console.log(error.message));`;
  // No file may grow beyond 16 blocks.
  const limited = `trap '' XFSZ; ulimit -f 16; exec "$0" --import tsx --input-type=module -e "$1"`;
  const { stdout } = await promisify(execFile)('sh', ['-c', limited, process.execPath, script], {
    cwd: packageRoot,
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  });
  assert.equal(stdout, `Invalid Input Error: write_faiss: ${file}: File too large\n`);
  assert.deepEqual(readFileSync(file), before);
  assert.deepEqual(readdirSync(path('full')), ['topics.faiss']);
});

test('write_faiss(model, path) gives the file the rights that other programs give theirs', async () => {
  await using db = await withTopics(3, 2);
  await db.query(`SELECT write_faiss('topics', '${path('rights.faiss')}')`);
  writeFileSync(path('rights.txt'), '');
  assert.equal(statSync(path('rights.faiss')).mode, statSync(path('rights.txt')).mode);
});

test('write_faiss(model, path) says what is wrong with the model', async () => {
  await using db = await withTopics(4, 2);
  const file = path('wrong-model.faiss');
  const error = async (model: string) => {
    await db.connection.run(`CREATE OR REPLACE TEMP VIEW wrong AS ${model}`);
    return await errorLine(db.query(`SELECT write_faiss('wrong', '${file}')`));
  };
  const rows = (...values: string[]) => `FROM (VALUES ${values.join(', ')}) AS t (cluster_id, centroid)`;
  assert.equal(await error('FROM topics LIMIT 0'), 'write_faiss: expected at least 1 centroid, got 0');
  assert.equal(
    await error(rows('(0, [1.0, 2.0])', '(1, [1.0])')),
    'write_faiss: expected centroids of one dimension, got 2 and 1',
  );
  assert.equal(await error(rows('(0, [1.0])', '(1, NULL)')), 'write_faiss: expected centroids, got NULL at position 2');
  assert.equal(
    await error(rows("(0, ['nan'::FLOAT])")),
    'write_faiss: expected finite components, got NaN at position 1',
  );
  assert.equal(await error(rows('(0, 1.5)')), 'write_faiss: expected centroids of type FLOAT[][], got DECIMAL[]');
  assert.equal(
    await error(rows('(0, [1.0])', '(NULL, [1.0])')),
    'write_faiss: expected a number in cluster_ids, got NULL at position 2',
  );
  assert.equal(await error(rows('(0, [1.0])', '(-2, [1.0])')), 'write_faiss: expected cluster_ids >= 0, got -2');
  assert.match(
    await error('SELECT 1 AS cluster_id, 2 AS centre'),
    /unknown column: centroid; expected one of cluster_id, centre/,
  );
  assert.match(
    await errorLine(db.query(`SELECT write_faiss('none', '${file}')`)),
    /Table with name none does not exist/,
  );
  assert.ok(!existsSync(file));
});

test('write_faiss_index(centroids, cluster_ids, path) says what is wrong with its arguments', async () => {
  await using db = await open();
  const error = (call: string) => errorLine(db.query(`SELECT write_faiss_index(${call})`));
  assert.equal(await error("NULL, [1], 'x'"), 'write_faiss: expected at least 1 centroid, got NULL');
  assert.equal(await error("[[1.0]], NULL, 'x'"), 'write_faiss: expected cluster_ids, got NULL');
  assert.equal(await error('[[1.0]], [1], NULL'), 'write_faiss: expected a path, got NULL');
  assert.equal(await error("[[1.0]], [1], ''"), 'write_faiss: expected a path, got an empty text');
  assert.equal(
    await error("[[1.0]], ['1'], 'x'"),
    'write_faiss: expected cluster_ids of type BIGINT[] or INTEGER[], got VARCHAR[]',
  );
  assert.equal(
    await error("[[1.0]], [NULL], 'x'"),
    'write_faiss: expected a number in cluster_ids, got NULL at position 1',
  );
  assert.equal(
    await error("[[1.0], [2.0]], [1], 'x'"),
    'write_faiss: expected one cluster_id for each of 2 centroids, got 1',
  );
  assert.equal(
    await error(`[[1.0]], [1], '${path('none/x.faiss')}'`),
    `write_faiss: ${path('none/x.faiss')}: no such folder`,
  );
  assert.equal(
    await error(`[[1.0]], [1], '${folder}'`),
    `write_faiss: ${folder}: expected the name of a file, got a folder`,
  );
  assert.equal(
    await error(`[[1.0]], [1], '/dev/null'`),
    'write_faiss: /dev/null: expected the name of a file, got a device or pipe',
  );
  assert.equal(
    await error("[[1.0]], [1], 's3://bucket/x.faiss'"),
    'write_faiss: expected a file of this machine, got s3://bucket/x.faiss',
  );
});
