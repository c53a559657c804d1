import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { mailCorpus } from '../../datasets/spam-assassin/mail-corpus.ts';
import { open } from '../../src/index.ts';
import { ducktopics } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import './labelling-fixture.ts';

const tables = [
  'topic_labels',
  'label_evidence',
  'topic_merges',
  'topic_map',
  'merged_topics',
  'supertopics',
  'misfits',
  'proposed_topics',
  'typical_messages',
];

test('discover of the mail corpus runs offline, twice with identical results', async () => {
  const mails = await mailCorpus();
  const folder = temporaryFolder();
  const results = [];
  for (const name of ['first', 'second']) {
    const file = join(folder, `${name}.duckdb`);
    const { code, stdout, stderr } = await ducktopics(
      ['discover', '--from', mails, '-k', '20', '--misfits', '30', '--db', file],
      { env: { DUCKTOPICS_PROVIDER: 'keywords', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' } },
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, /The names are keywords/);
    await using db = await open(file);
    const rows: Record<string, unknown> = { stdout };
    for (const table of tables) rows[table] = await db.query(`FROM ${table}`);
    results.push(rows);
    const [labels] = await db.query(
      "SELECT count(*) AS n, count(DISTINCT lower(label)) AS names, bool_and(provider = 'keywords' AND status = 'done') AS offline, avg(score) > 0.3 AS fits FROM topic_labels",
    );
    // By chance one message in five would be matched to its topic.
    assert.deepEqual(labels, { n: 20n, names: 20n, offline: true, fits: true });
    assert.deepEqual(await db.query('SELECT sum(size)::BIGINT AS n FROM merged_topics'), [{ n: 6046n }]);
    assert.deepEqual(await db.query("SELECT count(*) AS n FROM misfits WHERE status = 'done'"), [{ n: 30n }]);
  }
  assert.deepEqual(results[0], results[1]);
});
