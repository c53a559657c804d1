import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailCorpus } from '../datasets/spam-assassin/mail-corpus.ts';
import { ducktopics } from './support/command.ts';

interface Search {
  /** Bounds always from projections, never any, or by the measured rule. */
  pruning: 'always' | 'never' | '';
  /** The instructions to use; the machine's best when empty. */
  kernel: 'avx2' | 'avx512' | '';
}

/** The answers of a query whose process searches in one way. */
async function answers({ pruning, kernel }: Search, sql: string): Promise<string> {
  const { code, stdout, stderr } = await ducktopics(['query', '-', '--format', 'json'], {
    input: sql,
    env: { DUCKTOPICS_PRUNING: pruning, DUCKTOPICS_KERNEL: kernel },
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

/** The part of the searches that trains: not for data with fewer different rows than centroids. */
const trained = /,\s+md5\(\(SELECT kmeans.*?AS trained/s;

/** Assigns rows that lie far away from all of k centroids, on which single precision keeps few digits of a distance. */
function distantRows(d: number, k: number, factor: number): string {
  return `
    CREATE TABLE messages AS
      SELECT id, list_transform(embedding, lambda x: ${factor} * (x - 0.5)) AS embedding FROM synthetic_embeddings(5_000, ${d});
    CREATE TABLE model AS
      SELECT list(list_transform(embedding, lambda x: x - 0.5) ORDER BY id) AS centroids
      FROM synthetic_embeddings(${k}, ${d}, seed := 2);
    SELECT
      md5(string_agg(nearest_centroid_index(embedding, centroids)::VARCHAR, ',' ORDER BY id)) AS nearest,
      md5(string_agg(list_transform(nearest_centroid_list(embedding, centroids, 3), lambda c: c.index)::VARCHAR, ',' ORDER BY id))
        AS nearest_three
    FROM messages, model;`;
}

const mails = await mailCorpus();

for (const { title, sql } of [
  { title: 'the embeddings of real mail', sql: searchesOf(`'${mails}'`, 300) },
  { title: 'a mixture', sql: searchesOf('synthetic_embeddings(12_000, 128, clusters := 40)', 400) },
  { title: 'uniform data', sql: searchesOf('synthetic_embeddings(8_000, 100)', 300) },
  {
    title: 'rows that are all alike but for a few',
    sql: searchesOf('(SELECT [id % 7, 1, 2, 3] AS embedding FROM range(5_000) r(id))', 50).replace(trained, ''),
  },
  {
    title: 'rows of which one component outweighs the others',
    sql: searchesOf(
      `(SELECT list_transform(embedding, lambda x, i: CASE WHEN i = 1 + id % 3 THEN 1000 * x ELSE x END) AS embedding
        FROM synthetic_embeddings(6_000, 70))`,
      120,
    ),
  },
  {
    title: 'rows of very different lengths, zeros among them',
    sql: searchesOf(
      `(SELECT list_transform(embedding, lambda x: (x - 0.5) * [0, 1e-20, 1, 1e10][1 + id % 4]) AS embedding
        FROM synthetic_embeddings(6_000, 33))`,
      64,
    ).replace(trained, ''),
  },
  { title: 'rows far away from all centroids', sql: distantRows(64, 300, 3_000) },
  { title: 'rows very far away from all centroids', sql: distantRows(64, 300, 1_000_000) },
  { title: 'rows so far away that double precision hardly tells', sql: distantRows(64, 400, 1e14) },
  {
    title: 'small whole numbers, where many centroids are at the same distance',
    sql: searchesOf(
      '(SELECT list_transform(embedding, lambda x: floor(3 * x)) AS embedding FROM synthetic_embeddings(6_000, 9))',
      200,
    ).replace(trained, ''),
  },
]) {
  test(`bounds do not change what is nearest in ${title}`, async () => {
    const plain = await answers({ pruning: 'never', kernel: '' }, sql);
    const others: Search[] = [
      { pruning: '', kernel: '' },
      { pruning: '', kernel: 'avx512' },
      { pruning: 'always', kernel: '' },
      { pruning: 'always', kernel: 'avx2' },
    ];
    for (const search of others) {
      assert.equal(await answers(search, sql), plain, JSON.stringify(search));
    }
  });
}
