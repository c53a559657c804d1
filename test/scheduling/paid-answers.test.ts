import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { open } from '../../src/index.ts';
import { packageRoot } from '../../src/paths.ts';
import { ducktopics, startDucktopics } from '../support/command.ts';
import { OpenAiServer } from '../support/openai-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { succeed } from './simulated-mail.ts';

const folder = temporaryFolder();
// What killed processes leave behind goes with it.
process.env.TMPDIR = folder;
const script = (name: string) => join(packageRoot, 'sql', 'pipelines', `${name}.sql`);

test('label.sql, merge.sql and refine.sql are transactions; a killed one pays for no answer twice', async () => {
  const server = await new OpenAiServer().listen();
  after(() => server.close());
  const database = join(folder, 'mail.duckdb');
  {
    await using db = await open(database);
    await db.query(`CREATE TABLE messages AS
      SELECT i AS id, ['invoice refund payment', 'crash update screen', 'password login account'][i % 3 + 1] || ' number ' || i AS text,
             [10 * (i % 3 = c)::INTEGER + (hash(i, c) % 1000) / 1000 FOR c IN range(4)]::FLOAT[] AS embedding
      FROM range(120) AS t (i)`);
  }
  const env = {
    OPENAI_BASE_URL: server.baseURL,
    OPENAI_API_KEY: server.apiKey,
    DUCKTOPICS_LABEL_MODEL: 'test-model',
    DUCKTOPICS_EMBEDDING_MODEL: 'test-embedding',
    DUCKTOPICS_CONCURRENCY: '1',
    DUCKTOPICS_CACHE: join(folder, 'cache'),
  };
  const args = (...names: string[]) => [
    'run',
    ...names.map(script),
    '--db',
    database,
    '--set',
    'k=3',
    '--set',
    'misfits=6',
  ];
  await succeed(ducktopics(args('discover'), { env }));

  server.delay = 40;
  const child = startDucktopics(args('label'), { env });
  const exited = once(child, 'exit');
  while (server.requests.length < 5 && child.exitCode === null) await sleep(5);
  child.kill('SIGKILL');
  await exited;
  server.delay = 0;
  const answered = server.requests.length - 1;
  assert.ok(answered >= 4);
  {
    await using db = await open(database, { readOnly: true });
    assert.deepEqual(
      await db.query("FROM duckdb_tables() WHERE table_name LIKE 'label%' OR table_name = 'topic_labels'"),
      [],
    );
  }

  await succeed(ducktopics(args('quote', 'label', 'merge', 'refine'), { env }));
  // What was under way when the process was killed is asked again, and nothing else.
  const prompts = server.requests.map(({ prompt }) => prompt);
  assert.ok(prompts.length - new Set(prompts).size <= 1);
  await using db = await open(database, { readOnly: true });
  const [made] = await db.query(`
    SELECT (SELECT count(*) FROM topic_labels WHERE status = 'done') AS labels, (SELECT count(*) FROM topic_map) AS topics,
           (SELECT count(*) FROM misfits WHERE status = 'done') AS misfits, (SELECT count(*) FROM label_bill) AS bill`);
  assert.deepEqual(made, { labels: 3n, topics: 3n, misfits: 6n, bill: 4n });
});
