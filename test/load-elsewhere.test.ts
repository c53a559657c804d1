import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { open } from '../src/index.ts';
import { extensionPath } from '../src/paths.ts';
import { preparePython } from './support/python.ts';
import { pythonPackage } from './support/python-packages.ts';

const exec = promisify(execFile);
const python = await preparePython();
const script = join(import.meta.dirname, 'peers', 'load_and_answer.py');

interface Answers {
  version: string;
  centroids: string;
  assignments: string;
}

/** What `load_and_answer.py` asks, asked here. */
async function answersOfNode(): Promise<Omit<Answers, 'version'>> {
  await using db = await open();
  await db.query('CREATE TABLE messages AS FROM synthetic_embeddings(5000, 16, clusters := 7, seed := 3)');
  await db.query('CREATE TABLE model AS SELECT kmeans(embedding, 9, 10, 1) AS centroids FROM messages');
  const [row] = await db.query(
    `SELECT (SELECT md5(centroids::VARCHAR) FROM model) AS centroids,
       md5(string_agg(nearest_centroid_index(embedding, (SELECT centroids FROM model))::VARCHAR, ',' ORDER BY id))
         AS assignments
     FROM messages`,
  );
  return row as unknown as Omit<Answers, 'version'>;
}

async function answersOfPython(environment: Record<string, string> = {}): Promise<Answers> {
  const { stdout } = await exec(python.path, [script, extensionPath], { env: { ...process.env, ...environment } });
  return JSON.parse(stdout) as Answers;
}

test('the extension gives the same answers in Python duckdb 1.5 as in Node', { skip: python.missing }, async () => {
  const { version, ...answers } = await answersOfPython();
  assert.match(version, /^1\.5\./);
  assert.deepEqual(answers, await answersOfNode());
});

test('the extension gives the same answers in Python duckdb 2.0 as in Node', { skip: python.missing }, async () => {
  const folder = await pythonPackage(python, 'duckdb', '2.0.0');
  const { version, ...answers } = await answersOfPython({ PYTHONPATH: folder });
  assert.match(version, /^2\.0\./);
  assert.deepEqual(answers, await answersOfNode());
});

for (const kernel of ['baseline', 'avx2', 'avx512']) {
  test(`the ${kernel} kernel gives the same answers as the one chosen at run time`, {
    skip: python.missing,
  }, async () => {
    const { version, ...answers } = await answersOfPython({ DUCKTOPICS_KERNEL: kernel });
    assert.deepEqual(answers, await answersOfNode(), version);
  });
}

test('the extension loads in the stock duckdb shell', { skip: python.missing }, async () => {
  const shell = join(dirname(python.path), 'duckdb');
  const sql = `LOAD '${extensionPath}'; SELECT nearest_centroid_index([0.9, 1.2], [[0.0, 0.0], [1.0, 1.0]]) AS position`;
  const { stdout } = await exec(shell, ['-unsigned', '-json', '-c', sql]);
  assert.deepEqual(JSON.parse(stdout), [{ position: 1 }]);
});

test('the extension needs only libraries that a plain Debian with libgomp and libgfortran has', async () => {
  const { stdout } = await exec('ldd', [extensionPath]);
  const names = stdout
    .split('\n')
    .map((line) => /^\s*(?:\S*\/)?([\w.+-]+?)\.so/.exec(line)?.[1])
    .filter((name) => name !== undefined);
  const allowed = ['linux-vdso', 'libc', 'libm', 'libgcc_s', 'libstdc++', 'libgomp', 'libgfortran', 'libquadmath'];
  assert.deepEqual(
    names.filter((name) => !allowed.includes(name) && !name.startsWith('ld-linux')),
    [],
  );
});

test('the extension carries no path of the machine that built it', () => {
  assert.ok(!readFileSync(extensionPath).includes(dirname(dirname(extensionPath))));
});
