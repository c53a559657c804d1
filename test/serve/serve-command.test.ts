import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { open } from '../../src/index.ts';
import { readMacros } from '../../src/macros.ts';
import { hostFunctions } from '../../udfs/index.ts';
import { OpenAiServer } from '../support/openai-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type RunningServer, startServing, token } from './running-server.ts';
import { prepareStockShell } from './stock-shell.ts';

const shell = await prepareStockShell();

async function makeDatabase(file: string): Promise<void> {
  await using db = await open(file);
  await db.query(`CREATE TABLE messages AS
    SELECT id, ['walrus', 'pelican', 'gecko'][1 + id % 3] || ' letter number ' || id AS text,
           [(id % 3) * 10 + random(), random()]::FLOAT[] AS embedding
    FROM range(600) AS t(id)`);
  await db.query('CREATE TABLE log (client INTEGER, n INTEGER)');
}

suite('a stock duckdb shell, attached to ducktopics serve,', { skip: shell.missing }, () => {
  const file = join(temporaryFolder(), 'topics.duckdb');
  let endpoint: OpenAiServer;
  let server: RunningServer;

  /** Runs SQL in a shell that has attached the server, and returns the lines that it prints. */
  async function remote(sql: string): Promise<string[]> {
    const { stdout, stderr } = await shell.run(server.attach + sql);
    assert.equal(stderr, '');
    return stdout.trim().split(/\r?\n/);
  }

  before(async () => {
    endpoint = await new OpenAiServer().listen();
    await makeDatabase(file);
    server = await startServing(shell, ['--db', file, '--grace', '1'], {
      OPENAI_API_KEY: endpoint.apiKey,
      OPENAI_BASE_URL: endpoint.baseURL,
      DUCKTOPICS_LABEL_MODEL: 'test-model',
    });
  });
  after(async () => {
    server.child.kill('SIGKILL');
    await endpoint.close();
  });

  test('trains, assigns, labels with a model, and joins', async () => {
    const lines = await remote(`
      FROM remote.query('CREATE TABLE topics AS FROM kmeans_train(''messages'', k := 3)');
      FROM remote.query('CREATE TABLE assignments AS FROM assign_clusters(''messages'', ''topics'')');
      FROM remote.query($$
        CREATE TABLE topic_labels AS
        SELECT cluster_id, label_cluster(texts, contrast) AS label
        FROM label_inputs('assignments', 'messages', 'topics')
      $$);
      CREATE TABLE animals (word VARCHAR, sound VARCHAR);
      INSERT INTO animals VALUES ('walrus', 'roar'), ('pelican', 'grunt'), ('gecko', 'bark');
      SELECT label ILIKE '%' || word || '%' AS is_named, sound, count(*) AS messages
      FROM remote.query('FROM messages JOIN assignments USING (id) JOIN topic_labels USING (cluster_id)') AS m
      JOIN animals ON starts_with(m.text, word)
      GROUP BY ALL ORDER BY sound;`);
    assert.deepEqual(lines.slice(-4), ['is_named,sound,messages', 'true,bark,200', 'true,grunt,200', 'true,roar,200']);
    assert.equal(endpoint.requests.length, 3);
  });

  test('sees a table of the server under the name of the attached database', async () => {
    const lines = await remote(`
      FROM remote.query('CREATE TABLE made_later AS SELECT 42 AS answer');
      CALL quack_clear_cache();
      SELECT answer FROM remote.made_later;
      FROM remote.query('DROP TABLE made_later');`);
    assert.ok(lines.includes('42'));
  });

  test('assigns new messages of its own to a topic of the server', async () => {
    const lines = await remote(`
      CREATE TABLE remote.incoming AS SELECT 1 AS id, [10.2, 0.5]::FLOAT[] AS embedding;
      FROM remote.query($$
        SELECT text[:7] AS text FROM messages JOIN assignments USING (id)
        WHERE cluster_id = (SELECT nearest_centroid(embedding, 'topics') FROM incoming) LIMIT 1
      $$);`);
    assert.equal(lines.at(-1), 'pelican');
  });

  test('has every function and macro in its session', async () => {
    const lines = await remote(`SELECT DISTINCT * FROM remote.query($$
      SELECT function_name FROM duckdb_functions() WHERE database_name = 'temp' OR function_name IN ('kmeans', 'read_arrow')
    $$) ORDER BY ALL;`);
    const names = [...readMacros(), ...hostFunctions].map(({ name }) => name);
    assert.deepEqual(
      new Set(lines.slice(1)),
      new Set([...names, 'label_cache', 'label_usage', 'kmeans', 'read_arrow']),
    );
  });

  test('has them in the first statement of a session too', async () => {
    const sql = `FROM quack_query('${server.uri}', 'SELECT label_provider() AS provider', token = '${token}');`;
    assert.deepEqual((await shell.run(sql)).stdout.split(/\r?\n/), ['provider', 'openai', '']);
  });

  test('sees a bad statement where it is wrong', async () => {
    const { stderr } = await shell.run(`${server.attach} FROM remote.query('SELECT nope FROM messages');`);
    assert.match(stderr, /Referenced column "nope" not found[\s\S]*LINE 1: SELECT nope FROM messages/);
  });

  test('is refused with a wrong token, an empty one and none', async () => {
    for (const options of ["(TOKEN 'wrong')", "(TOKEN '')", '', `(TOKEN '${token}x')`]) {
      const { code, stdout, stderr } = await shell.run(
        `ATTACH '${server.uri}' AS remote ${options}; FROM remote.messages;`,
      );
      assert.equal(code, 1, options);
      assert.equal(stdout, '');
      assert.match(stderr, /Authentication failed|Could not find a Quack authentication token/);
    }
  });

  test('loses nothing when 20 of them write and read at once', async () => {
    const clients = Array.from({ length: 20 }, (_, client) =>
      remote(`
        INSERT INTO remote.log SELECT ${client}, n FROM range(100) AS t(n);
        FROM remote.query('INSERT INTO log SELECT ${client}, n FROM range(100, 200) AS t(n)');
        FROM remote.query('BEGIN; INSERT INTO log SELECT ${client}, n FROM range(200, 300) AS t(n); COMMIT');
        FROM remote.query('BEGIN; INSERT INTO log SELECT ${client}, n FROM range(300, 400) AS t(n); ROLLBACK');
        SELECT count(*), sum(n) FROM remote.log WHERE client = ${client};
        FROM remote.query('SELECT label_cluster([''client${client} writes'', ''client${client} reads'']) AS label');`),
    );
    const ends = (await Promise.all(clients)).map((lines) => lines.slice(-3));
    assert.deepEqual(
      ends,
      ends.map((_, client) => ['300,44850', 'label', `About client${client}`]),
    );
    assert.equal(
      (await remote('SELECT count(*), count(DISTINCT (client, n)), count(DISTINCT client) FROM remote.log;')).at(-1),
      '6000,6000,20',
    );
  });

  test('may be killed in the middle of a statement, and the server serves on', async () => {
    const killed = shell.run(`${server.attach} FROM remote.query('SELECT sleep_ms(100000), 1 AS killed');`, {
      onStart: async (kill) => {
        const running = `SELECT count(*) FROM remote.query($$
          FROM quack_active_connections() WHERE state = 'active' AND query LIKE '%AS killed'
        $$);`;
        const deadline = Date.now() + 60_000;
        while ((await remote(running)).at(-1) !== '1') {
          assert.ok(Date.now() < deadline, 'the statement does not run');
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        kill();
      },
    });
    assert.equal((await killed).code, null);
    assert.equal((await remote('SELECT count(*) FROM remote.messages;')).at(-1), '600');
  });

  test('leaves nothing in the database but what it made', async () => {
    server.child.kill('SIGTERM');
    assert.equal((await server.ended).code, 0);
    await using db = await open(file, { readOnly: true });
    const objects = await db.query(`
      SELECT table_name AS name FROM duckdb_tables() WHERE NOT internal AND database_name = current_database()
      UNION ALL SELECT function_name FROM duckdb_functions() WHERE NOT internal AND database_name = current_database()
      UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal AND database_name = current_database()
      ORDER BY ALL`);
    const names = objects.map((row) => row.name);
    assert.deepEqual(names, ['assignments', 'incoming', 'log', 'messages', 'topic_labels', 'topics']);
  });
});
