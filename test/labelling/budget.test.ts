import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../../src/index.ts';
import { openWithInputs, optionsFor, startServer } from './labelling-fixture.ts';

const server = await startServer();
const prices = { 'test-model': { input: 1000, output: 2000 }, 'test-embedding': { input: 10, output: 0 } };

test('label_quote(texts) tells calls, tokens and price of the real prompts, and asks nothing', async () => {
  server.reset();
  await using db = await openWithInputs(10, optionsFor(server, { prices }));
  const quote = `SELECT sum(q.calls)::INTEGER AS calls, sum(q.prompt_tokens)::INTEGER AS prompt, sum(q.completion_tokens)::INTEGER AS completion,
                        sum(q.usd) AS usd FROM (SELECT label_quote(texts, contrast) AS q FROM inputs)`;
  const [before] = await db.query<{ calls: number; prompt: number; completion: number; usd: number }>(quote);
  assert.equal(server.requests.length, 0);
  assert.equal(before?.calls, 10);
  assert.equal(before.completion, 3000);
  assert.ok(Math.abs(before.usd - (before.prompt * 1000 + before.completion * 2000) / 1e6) < 1e-9);
  await db.query('SELECT label_cluster(texts, contrast) FROM inputs');
  const [paid] = await db.query<{ calls: bigint; prompt: number; usd: number }>(
    'SELECT count(*) AS calls, sum(prompt_tokens)::INTEGER AS prompt, sum(usd) AS usd FROM label_usage()',
  );
  assert.equal(paid?.calls, 10n);
  assert.ok(paid.usd <= before.usd, `${paid.usd} paid, ${before.usd} quoted`);
  // The server counts a token for four characters, the quote with the tokenizer of OpenAI's models.
  assert.ok(paid.prompt > before.prompt * 0.6 && paid.prompt < before.prompt * 1.6);
  assert.deepEqual(await db.query(quote), [{ calls: 0, prompt: 0, completion: 0, usd: 0 }]);
});

test('label_quote(texts) of a model whose price is unknown has no price', async () => {
  await using db = await open(':memory:', { labelling: optionsFor(server) });
  const [row] = await db.query("SELECT unnest(label_quote(['a message']))");
  assert.deepEqual({ calls: row?.calls, usd: row?.usd }, { calls: 1, usd: null });
});

test('label_quote(texts) without an endpoint is 0', async () => {
  await using db = await open();
  const [row] = await db.query("SELECT unnest(label_quote(['a message']))");
  assert.deepEqual(row, { calls: 0, prompt_tokens: 0n, completion_tokens: 0n, usd: 0 });
});

test('choose_quote() and same_topic_quote() quote the other questions', async () => {
  server.reset();
  await using db = await open(':memory:', { labelling: optionsFor(server, { prices }) });
  const [row] = await db.query(
    "SELECT choose_quote('a message', ['a', 'b']).calls AS c, same_topic_quote('a', ['x'], 'b', ['y']).calls AS s",
  );
  assert.deepEqual(row, { c: 1, s: 1 });
  assert.equal(server.requests.length, 0);
});

test('maxCalls stops cleanly: what was paid for is kept, the rest is pending', async () => {
  server.reset();
  const options = optionsFor(server, { maxCalls: 4 });
  await using db = await openWithInputs(10, options);
  const rows = await db.query(
    'SELECT t.status, t.provider, count(*) AS n FROM (SELECT try_describe_cluster(texts, contrast, []) AS t FROM inputs) GROUP BY ALL ORDER BY ALL',
  );
  assert.deepEqual(rows, [
    { status: 'done', provider: 'openai', n: 4n },
    { status: 'pending', provider: 'keywords', n: 6n },
  ]);
  assert.equal(server.requests.length, 4);
  const [labels] = await db.query('SELECT count(label_cluster(texts, contrast)) AS n FROM inputs');
  assert.deepEqual(labels, { n: 4n });
  await using more = await openWithInputs(10, { ...options, maxCalls: 6 });
  const [all] = await more.query('SELECT count(label_cluster(texts, contrast)) AS n FROM inputs');
  assert.deepEqual(all, { n: 10n });
  assert.equal(server.requests.length, 10);
});

test('maxUsd is never overspent, and used as far as it goes', async () => {
  server.reset();
  server.delay = 5;
  const options = optionsFor(server, { prices, maxUsd: 3 });
  await using db = await openWithInputs(20, options);
  await db.query('SELECT label_cluster(texts, contrast) FROM inputs');
  const { calls, usd } = await db.labelling.spent();
  assert.ok(calls > 0 && calls < 20, `${calls} calls`);
  assert.ok(usd <= 3, `${usd} spent`);
  const [quote] = await db.query<{ usd: number }>(
    'SELECT min(q.usd) AS usd FROM (SELECT label_quote(texts, contrast) AS q FROM inputs) WHERE q.calls > 0',
  );
  assert.ok(usd + (quote?.usd ?? 0) > 3, 'another call would have fitted');
});

test('maxUsd with a model whose price is unknown is an error', async () => {
  await using db = await open(':memory:', { labelling: optionsFor(server, { maxUsd: 1 }) });
  await assert.rejects(db.query("SELECT label_cluster(['a message'])"), /unknown price of model: test-model/);
});

test('embed_text() over the budget is an error', async () => {
  server.reset();
  await using db = await open(':memory:', { labelling: optionsFor(server, { maxCalls: 0 }) });
  await assert.rejects(db.query("SELECT embed_text('a message')"), /embed_text: the budget is used up/);
  assert.equal(server.requests.length, 0);
});

test('wrong options are refused by name', async () => {
  await assert.rejects(
    open(':memory:', { labelling: { concurrency: 0 } }),
    /invalid concurrency: 0, expected at least 1/,
  );
  await assert.rejects(open(':memory:', { labelling: { maxUsd: Number.NaN } }), /invalid maxUsd: NaN/);
  await assert.rejects(open(':memory:', { labelling: { provider: 'openai' } }), /missing endpoint/);
  await assert.rejects(
    open(':memory:', { labelling: { provider: 'x' as 'openai' } }),
    /invalid provider: x, expected openai or keywords/,
  );
  await assert.rejects(open(':memory:', { labelling: { baseURL: 'localhost' } }), /invalid baseURL/);
});
