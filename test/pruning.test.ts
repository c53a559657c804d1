import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailCorpus } from '../datasets/spam-assassin/mail-corpus.ts';
import { ducktopics } from './support/command.ts';

/** The answers of a query whose process prunes always, never, or by the measured rule. */
async function answers(pruning: 'always' | 'never' | '', sql: string): Promise<string> {
  const { code, stdout, stderr } = await ducktopics(['query', '-', '--format', 'json'], {
    input: sql,
    env: { DUCKTOPICS_PRUNING: pruning },
  });
  assert.equal(code, 0, stderr);
  return stdout;
}

/** Assigns every row to the nearest and to the three nearest of k of the rows, and trains. */
function searchesOf(source: string, k: number): string {
  return `
    CREATE TABLE messages AS SELECT row_number() OVER () AS id, embedding FROM ${source};
    CREATE TABLE model AS
      SELECT list(embedding) AS centroids FROM (FROM messages ORDER BY hash(id) LIMIT ${k});
    SELECT
      md5(string_agg(nearest_centroid_index(embedding, centroids)::VARCHAR, ',' ORDER BY id)) AS nearest,
      md5(string_agg(list_transform(nearest_centroid_list(embedding, centroids, 3), lambda c: c.index)::VARCHAR, ',' ORDER BY id))
        AS nearest_three,
      md5((SELECT kmeans(embedding, ${k}, 5, 1, 16)::VARCHAR FROM messages)) AS trained
    FROM messages, model;`;
}

const mails = await mailCorpus();

for (const { title, sql } of [
  { title: 'the embeddings of real mail', sql: searchesOf(`'${mails}'`, 300) },
  { title: 'a mixture', sql: searchesOf('synthetic_embeddings(12_000, 128, clusters := 40)', 400) },
  { title: 'uniform data', sql: searchesOf('synthetic_embeddings(8_000, 100)', 300) },
  {
    title: 'rows that are all alike but for a few',
    sql: searchesOf('(SELECT [id % 7, 1, 2, 3] AS embedding FROM range(5_000) r(id))', 50).replace(
      /,\s+md5\(\(SELECT kmeans.*?AS trained/s,
      '',
    ),
  },
]) {
  test(`pruning does not change what is nearest in ${title}`, async () => {
    const plain = await answers('never', sql);
    assert.equal(await answers('always', sql), plain);
    assert.equal(await answers('', sql), plain);
  });
}
