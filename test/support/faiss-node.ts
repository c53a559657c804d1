import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const cache = join(root, '.cache');

/** The npm packages of an application on faiss-node, and node-addon-api, which its source needs, in the version it asks for. */
const packages = {
  'faiss-node': {
    version: '0.5.1',
    integrity: 'sha512-zD8wobJn8C6OLWo68Unho+Ih8l6nSRB2w3Amj01a+xc4bsEvd2mBDLklAn7VocA9XO3WDvQL/bLpi5flkCn/XQ==',
  },
  bindings: {
    version: '1.5.0',
    integrity: 'sha512-p2q/t/mhvuOj/UeLlV6566GD/guowlr0hHxClI0W9m7MWYkL1F0hLo+0Aexs9HSPCtR1SXQ0TD3MMKrXZajbiQ==',
  },
  'file-uri-to-path': {
    version: '1.0.0',
    integrity: 'sha512-0Zt+s3L7Vf1biwWZ29aARiVYLx7iMGnEUl9x33fbB/j3jR81u/O2LbqK+Bm1CDSNDKVtJ/YjwY7TUd5SkeLQLw==',
  },
  'node-addon-api': {
    version: '6.1.0',
    integrity: 'sha512-+eawOlIgy680F0kBzPUNFhMZGtJ1YmqM6l4+Crf4IkImjYrO/mqPwRMh352g23uIaQKFItcQ64I7KMaJxHgAVA==',
  },
};

/** faiss-node's source names a type as FAISS 1.7.4 does; Debian has 1.7.3. Where FAISS has the name too, this says it again. */
const names = '#include <cstdint>\nnamespace faiss { using idx_t = int64_t; }\n';

/** As faiss-node's own CMakeLists.txt compiles it; the libraries are the system's. */
const compilation = [
  ...['-std=c++17', '-O3', '-DNDEBUG', '-fPIC', '-shared', '-fopenmp', '-w'],
  ...['-DNAPI_VERSION=6', '-DNODE_GYP_MODULE_NAME=faiss_node', '-include', 'names.hpp'],
  ...['-I', 'node_modules/node-addon-api', '-I', join(root, 'node_modules', 'node-api-headers', 'include')],
  ...['node_modules/faiss-node/src/faiss.cc', '-o', 'node_modules/faiss-node/build/Release/faiss-node.node'],
  ...['-l:libfaiss.a', '-lopenblas'],
];

const folder = join(
  cache,
  `faiss-node-${packages['faiss-node'].version}-${hashOf(JSON.stringify([packages, names, compilation]))}`,
);

/** The version of the npm package. */
export const faissNodeVersion = packages['faiss-node'].version;

/** Where `require('faiss-node')` finds the package once it is prepared: an application's `node_modules`. */
export const faissNodeModules = join(folder, 'node_modules');

export interface FaissNode {
  /** Why there is no faiss-node; undefined when there is. Give it to a test's `skip`. */
  missing: string | undefined;
  /**
   * Runs a CommonJS script that may `require('faiss-node')` in a process of its own and returns what it prints; `values` are in
   * `process.argv.slice(1)`. Throws with its errors when it fails.
   */
  run(script: string, ...values: string[]): Promise<string>;
}

/**
 * The npm package faiss-node, its one source compiled against the system's FAISS and OpenBLAS (the binary that it would download at
 * install is not used), kept in `.cache/` until a version or the compilation changes.
 *
 * ```ts
 * const faissNode = await prepareFaissNode();
 * test('...', { skip: faissNode.missing }, async () => { await faissNode.run("const { IndexFlatL2 } = require('faiss-node'); ..."); });
 * ```
 *
 * Where it cannot be made (no package index, no g++, no libfaiss-dev) `missing` says why; with CI set in the environment that is
 * an error instead, so that no check is left out there.
 */
export async function prepareFaissNode(): Promise<FaissNode> {
  let missing: string | undefined;
  try {
    await make();
  } catch (error) {
    missing = `missing faiss-node@${faissNodeVersion}: ${reasonOf(error)}`;
    if (process.env.CI) throw new Error(missing, { cause: error });
  }
  return { missing, run };
}

async function run(script: string, ...values: string[]): Promise<string> {
  const env = { ...process.env, NODE_PATH: faissNodeModules };
  const { stdout } = await exec(process.execPath, ['-e', script, '--', ...values], {
    env,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.trim();
}

/** It appears whole or not at all: processes that make it at the same time do not disturb each other. */
async function make(): Promise<void> {
  if (existsSync(folder)) return;
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(`${folder}.`);
  try {
    for (const [name, { version, integrity }] of Object.entries(packages))
      await fetch(name, version, integrity, unfinished);
    writeFileSync(join(unfinished, 'names.hpp'), names);
    mkdirSync(join(unfinished, 'node_modules', 'faiss-node', 'build', 'Release'), { recursive: true });
    await exec('g++', compilation, { cwd: unfinished });
    if (!existsSync(folder)) renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

async function fetch(name: string, version: string, integrity: string, application: string): Promise<void> {
  const { stdout } = await exec('npm', ['pack', `${name}@${version}`, '--json', '--pack-destination', application]);
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const tarball = join(application, filename);
  const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  if (found !== integrity) {
    throw new Error(`invalid checksum of ${name}@${version}: expected ${integrity}, got ${found}`);
  }
  const target = join(application, 'node_modules', name);
  mkdirSync(target, { recursive: true });
  await exec('tar', ['xzf', tarball, '--strip-components=1', '-C', target]);
  rmSync(tarball);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** The line of a program's errors that says most. */
function reasonOf(error: unknown): string {
  const { stderr = '', message } = error as { stderr?: string; message: string };
  const lines = stderr.split('\n').filter((line) => /error/i.test(line));
  return lines[0]?.trim() ?? message;
}
