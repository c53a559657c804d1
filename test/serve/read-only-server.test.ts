import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { open } from '../../src/index.ts';
import { writeNpy } from '../support/npy-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type RunningServer, startServing } from './running-server.ts';
import { prepareStockShell } from './stock-shell.ts';

const shell = await prepareStockShell();

const readOnly = /this server is read-only, it runs SELECT and other statements that only read/;
const noFiles = /file system operations are disabled by configuration/;
const closed = /: may not be opened, it is outside the folders that are open/;

suite('a read-only server', { skip: shell.missing }, () => {
  const folder = temporaryFolder();
  const file = join(folder, 'topics.duckdb');
  const opened = join(folder, 'open');
  const target = join(folder, 'written');
  let server: RunningServer;
  let digest: string;

  before(async () => {
    mkdirSync(opened);
    writeFileSync(join(opened, 'rows.csv'), 'n\n1\n2\n');
    writeFileSync(join(folder, 'closed.csv'), 'n\n1\n');
    for (const place of [opened, folder]) writeNpy(join(place, 'two.npy'), [2, 1], Float32Array.of(1, 9));
    await makeDatabase(file, opened);
    digest = digestOf(file);
    server = await startServing(shell, ['--db', file, '--readonly', '--files', opened]);
  });
  after(async () => {
    server.child.kill('SIGTERM');
    await server.ended;
  });

  test('says so when it starts', () => {
    assert.match(server.greeting, /, read-only\n/);
  });

  test('answers whatever only reads', async () => {
    const { stdout, stderr } = await shell.run(`${server.attach}
      SELECT count(*) AS n FROM remote.messages;
      FROM remote.query('SELECT count(*) AS n FROM kmeans_train(''messages'', k := 2)');
      FROM remote.query('SELECT label_cluster([''perl regex'', ''regex in perl'']) AS label');
      FROM remote.query('SHOW TABLES');
      FROM remote.query('SELECT column_name FROM (DESCRIBE messages)');
      FROM remote.query('WITH two AS (SELECT 2 AS n) SELECT n FROM two');
      FROM remote.query('FROM rows');
      FROM remote.query('SELECT count(*) AS n FROM kmeans_train(''${opened}/two.npy'', k := 2, sample := ''blocks'')');
      FROM remote.query('SELECT nearest_centroid([9]::FLOAT[], ''${opened}/topics.faiss'') AS n');
      SELECT len(explain_value) > 0 AS explained FROM remote.query('EXPLAIN ANALYZE SELECT 1');
      BEGIN; SELECT count(*) AS n FROM remote.messages; COMMIT;`);
    assert.equal(stderr, '');
    assert.deepEqual(stdout.split(/\r?\n/), [
      ...[
        'n',
        '100',
        'n',
        '2',
        'label',
        '"perl, regex"',
        'name',
        'closed',
        'messages',
        'rows',
        'column_name',
        'id',
        'embedding',
      ],
      ...['n', '2', 'n', '1', '2', 'n', '2', 'n', '7', 'explained', 'true', 'n', '100', ''],
    ]);
  });

  const written = `'${target}'`;
  const refused: [statement: string, error: RegExp][] = [
    ['INSERT INTO messages VALUES (1, [1.0, 2.0])', readOnly],
    ['WITH one AS (SELECT 1) INSERT INTO messages SELECT 1, [1.0, 2.0] FROM one', readOnly],
    ['UPDATE messages SET id = 1', readOnly],
    ['DELETE FROM messages', readOnly],
    ['DROP TABLE messages', readOnly],
    ['SELECT 1; DROP TABLE messages', readOnly],
    ['CREATE TABLE made AS SELECT 1', readOnly],
    ['CREATE TEMP TABLE made AS SELECT 1', readOnly],
    ['CREATE TEMP MACRO made() AS 1', readOnly],
    [`COPY messages TO ${written}`, readOnly],
    [`EXPORT DATABASE ${written}`, readOnly],
    [`ATTACH ${written} AS other`, readOnly],
    ['DETACH _ducktopics', readOnly],
    ['CHECKPOINT', readOnly],
    ['SET threads = 1', readOnly],
    ["SET GLOBAL quack_authorization_function = 'quack_nop_authorization'", readOnly],
    ['INSTALL fts', readOnly],
    ['PRAGMA version', readOnly],
    ["CALL quack_stop('quack:127.0.0.1:1')", readOnly],
    ["FROM quack_stop('quack:127.0.0.1:1')", /it does not run quack_stop\(\)/],
    [`SELECT write_faiss_index(${written}, [[1.0::FLOAT]], [1])`, /it does not run write_faiss_index\(\)/],
    [
      `SELECT system.main."Write_Faiss_Index"(${written}, [[1.0::FLOAT]], [1])`,
      /it does not run write_faiss_index\(\)/,
    ],
    [`EXPLAIN ANALYZE SELECT write_faiss_index(${written}, [[1.0::FLOAT]], [1])`, /does not run write_faiss_index\(\)/],
    [
      `EXPLAIN ANALYZE (SELECT write_faiss_index(${written}, [[1.0::FLOAT]], [1]))`,
      /does not run write_faiss_index\(\)/,
    ],
    [`FROM write_faiss('messages', ${written})`, /it does not run write_faiss\(\)/],
    [`FROM query('SELECT write_faiss' || '_index(${written.replaceAll("'", "''")})')`, /it does not run query\(\)/],
    ["FROM json_execute_serialized_sql('{}')", /it does not run json_execute_serialized_sql\(\)/],
    [`FROM read_arrow(${written})`, /it does not run read_arrow\(\)/],
    [`FROM read_npy(${written})`, /it does not run read_npy\(\)/],
    [`FROM _read_npy_sample('${opened}/two.npy', 1, 1, 1)`, /it does not run _read_npy_sample\(\)/],
    ["SELECT 1 WHERE 1 IN (SELECT cluster_id FROM read_faiss('x'))", /it does not run read_faiss\(\)/],
    ['SELECT label_cache_clear()', /it does not run label_cache_clear\(\)/],
    ["SELECT _call_host('', '', '', '')", /it does not run _call_host\(\)/],
    ["SELECT _ducktopics.main._ducktopics_gate('1', 'SELECT 1')", /it does not run _ducktopics_gate\(\)/],
    ["SELECT _ducktopics.main.gate('1', 'SELECT 1')", /Function with name gate does not exist/],
    ['FROM enable_logging()', /it does not run enable_logging\(\)/],
    ['FROM arrow_scan(1, 2, 3)', /it does not run arrow_scan\(\)/],
    ['FROM label_cache()', /Table Function with name label_cache does not exist/],
    [`FROM read_csv('${join(folder, 'closed.csv')}')`, noFiles],
    [`FROM '${join(opened, '..', 'closed.csv')}'`, noFiles],
    ["FROM read_text('/etc/hostname')", noFiles],
    ["SELECT content FROM read_blob('/etc/hostname')", noFiles],
    // Files that the extension reads itself.
    [`FROM '${folder}/two.npy'`, closed],
    [`FROM '${folder}/*.npy'`, closed],
    [`FROM '${opened}/../two.npy'`, closed],
    [`FROM '${folder}/two.faiss'`, closed],
    [`FROM kmeans_train('${folder}/two.npy', k := 1)`, closed],
    [`FROM kmeans_train('${folder}/two.npy', k := 1, sample := 'blocks')`, closed],
    [`FROM "npy sample:1:1:1:${folder}/two.npy"`, closed],
    [`SELECT nearest_centroid([1]::FLOAT[], '${folder}/two.faiss')`, closed],
    // What the owner of the database has left in it.
    ['FROM closed', closed],
    [`SELECT write_model(${written})`, /may not be written, files are closed/],
    [`SELECT write_model('${opened}/written')`, /may not be written, files are closed/],
    // SQL in a name.
    [smuggling(target), /the table of this name/],
    ['SELEC 1', /syntax error at or near "SELEC"/],
    ['', /missing statement/],
  ];

  test('refuses what writes, and files that were not opened to it', async () => {
    // One shell for all: it goes on after an error, and the errors come in the order of the statements.
    const queries = refused.map(([sql]) => `FROM remote.query('${sql.replaceAll("'", "''")}');`);
    const { stdout, stderr } = await shell.run(server.attach + queries.join('\n'));
    assert.equal(stdout, '');
    const errors = stderr.split(/^(?=[A-Z]\w+ (?:\w+ )?Error: )/m);
    assert.equal(errors.length, refused.length, stderr);
    for (const [at, [sql, error]] of refused.entries()) assert.match(errors[at] ?? '', error, sql);
  });

  test('refuses writes through the attached database', async () => {
    const { stdout, stderr } = await shell.run(`${server.attach}
      CREATE TABLE remote.made (n INTEGER);
      INSERT INTO remote.messages VALUES (1, [1.0, 2.0, 3.0, 4.0]);
      DROP TABLE remote.messages;`);
    assert.equal(stdout, '');
    assert.match(stderr, /read-only, it runs SELECT[\s\S]*attached in read-only mode[\s\S]*read-only, it runs SELECT/);
  });

  test('has left everything as it was', async () => {
    assert.equal(digestOf(file), digest);
    assert.deepEqual(readdirSync(folder).sort(), ['closed.csv', 'open', 'topics.duckdb', 'two.npy']);
    assert.deepEqual(readdirSync(opened).sort(), ['rows.csv', 'topics.faiss', 'two.npy']);
    const { stdout } = await shell.run(`${server.attach} SELECT count(*) AS n FROM remote.messages;`);
    assert.deepEqual(stdout.split(/\r?\n/), ['n', '100', '']);
  });
});

/** A statement that would write a file if the name in it ran as SQL. A slash or a dot would make it the name of a file. */
function smuggling(target: string): string {
  const path = target.replaceAll(/[/.]/g, (sign) => `'||chr(${sign.charCodeAt(0)})||'`);
  const name = `(SELECT [write_faiss_index([[1]], [1], '${path}')::FLOAT] AS "embedding")`;
  return `WITH "${name.replaceAll('"', '')}" AS (SELECT error('the table of this name')::FLOAT[] AS embedding)
    FROM kmeans_train('${name.replaceAll("'", "''")}', k := 1, sample := 'blocks')`;
}

async function makeDatabase(file: string, opened: string): Promise<void> {
  await using db = await open(file);
  await db.query('CREATE TABLE messages AS FROM synthetic_embeddings(100, 4, clusters := 2)');
  await db.query(`CREATE VIEW rows AS FROM '${join(opened, 'rows.csv')}'`);
  await db.query(`CREATE VIEW closed AS FROM read_npy('${join(opened, '..', 'two.npy')}')`);
  await db.query('CREATE MACRO write_model(path) AS write_faiss_index([[1.0::FLOAT]], [1], path)');
  await db.query(`SELECT write_faiss_index([[1.0::FLOAT], [9.0::FLOAT]], [3, 7], '${join(opened, 'topics.faiss')}')`);
}

function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
