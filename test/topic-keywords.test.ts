import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../src/index.ts';

const vocabulary = Array.from(
  { length: 120 },
  (_, i) => `${'bcdfghjklm'[i % 10]}o${'npqrtvwxzk'[Math.floor(i / 10) % 10]}a${i}`,
);

/** A number from 0 to below 1 that depends on its arguments alone. */
function random(...seed: number[]): number {
  let state = 0x9e3779b9;
  for (const part of seed) state = Math.imul(state ^ part, 0x85ebca6b) ^ (state >>> 13);
  return ((Math.imul(state, 0xc2b2ae35) ^ (state >>> 16)) >>> 0) / 4294967296;
}

/** 300 messages of 4 topics; each topic prefers a quarter of the words. */
const messages = Array.from({ length: 300 }, (_, id) => {
  const topic = id % 4;
  const words = Array.from({ length: 5 + Math.floor(random(id, 1) * 20) }, (_, at) => {
    const own = random(id, at, 2) < 0.5;
    const word = Math.floor(random(id, at, 3) ** 2 * (own ? 30 : 120));
    return vocabulary[own ? topic * 30 + word : word] as string;
  });
  return { id, topic, words };
});

/** Class-based TF-IDF over messages, straight from its formula. */
function keywords(topic: number, n: number): string[] {
  const counts = (of: (topic: number) => boolean) => {
    const count = new Map<string, number>();
    for (const message of messages.filter((message) => of(message.topic))) {
      for (const word of new Set(message.words)) count.set(word, (count.get(word) ?? 0) + 1);
    }
    return count;
  };
  const [own, all] = [counts((t) => t === topic), counts(() => true)];
  const average = [...all.values()].reduce((sum, count) => sum + count, 0) / 4;
  return [...own]
    .map(([word, count]) => ({ word, weight: Math.sqrt(count) * Math.log(1 + average / (all.get(word) as number)) }))
    .sort((a, b) => b.weight - a.weight || (a.word < b.word ? -1 : 1))
    .slice(0, n)
    .map(({ word }) => word);
}

for (const threads of [1, 2, 8]) {
  test(`topic_keywords() weighs words by class-based TF-IDF over messages, with ${threads} threads`, async () => {
    await using db = await open(':memory:', { threads });
    await db.connection.run('CREATE TABLE messages (id INTEGER, topic INTEGER, text VARCHAR)');
    for (const { id, topic, words } of messages) {
      await db.connection.run('INSERT INTO messages VALUES ($1, $2, $3)', [id, topic, words.join(', ')]);
    }
    await db.connection.run('CREATE TABLE assignments AS SELECT id, topic AS cluster_id FROM messages');
    const rows = await db.query("FROM topic_keywords('assignments', 'messages', n := 25)");
    assert.deepEqual(
      rows,
      [0, 1, 2, 3].map((topic) => ({ cluster_id: topic, keywords: keywords(topic, 25) })),
    );
  });
}

test('topic_keywords() names the subjects of texts that share a frame', async () => {
  await using db = await open();
  const subjects = ['mortgage rates and lenders', 'kernel modules and drivers', 'glaciers and the climate'];
  await db.connection.run('CREATE TABLE messages (id INTEGER, text VARCHAR)');
  for (let id = 0; id < 90; id++) {
    const text = `On Mon, 4 Feb 2002 at 10:${id}, Someone ${id} <someone${id}@example.org> wrote:
> Hello all,
I'd like to know more about ${subjects[id % 3]}; it's what we were talking about.
_______________________________________________
Discussion mailing list https://lists.example.org/listinfo/discussion`;
    await db.connection.run('INSERT INTO messages VALUES ($1, $2)', [id, text]);
  }
  await db.connection.run('CREATE TABLE assignments AS SELECT id, id % 3 AS cluster_id FROM messages');
  const rows = await db.query("SELECT keywords FROM topic_keywords('assignments', 'messages', n := 2)");
  assert.deepEqual(
    rows.map(({ keywords }) => keywords),
    [
      ['lenders', 'mortgage'],
      ['drivers', 'kernel'],
      ['climate', 'glaciers'],
    ],
  );
});
