// What the setup depends on, as one short text that changes when any of it does.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const buildDir = join(root, 'build');
export const extensionFile = join(buildDir, 'ducktopics.duckdb_extension');
export const initFile = join(buildDir, 'ducktopics.sql');

export const compiledStampFile = join(root, 'dist', '.sources');

const sources = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'src', 'udfs', 'datasets'];
const inputs = ['package-lock.json', 'node_modules/.package-lock.json', 'scripts', 'sql', ...sources];
const outputs = ['build/ducktopics.duckdb_extension', 'build/ducktopics.sql', 'dist/.sources'];

/** Names, sizes and times of everything that the setup reads and writes, and where the clone lies. */
export function signature() {
  return signatureOf([...inputs, ...outputs]);
}

/** Names, sizes and times of everything that dist/ is compiled from. */
export function sourceSignature() {
  return signatureOf(sources);
}

/** Whether dist/ was compiled from the sources as they are. */
export function isCompiled() {
  return readText(compiledStampFile) === sourceSignature();
}

function signatureOf(paths) {
  const hash = createHash('sha256').update(`${root}\n${process.versions.modules}\n`);
  for (const file of paths.flatMap(filesUnder)) {
    const { mtimeMs, size } = statSync(join(root, file), { throwIfNoEntry: false }) ?? {};
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  }
  return hash.digest('hex');
}

/** A hash of the contents of the files under the given paths. */
export function contentHash(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesUnder)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** What an earlier setup of this mode left: `{ signature, native }`, or undefined. */
export function readStamp(mode) {
  try {
    return JSON.parse(readText(stampFile(mode)));
  } catch {
    return undefined;
  }
}

export function writeStamp(mode, stamp) {
  mkdirSync(buildDir, { recursive: true });
  const draft = `${stampFile(mode)}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(stamp));
  renameSync(draft, stampFile(mode));
}

/** The text of a file, or undefined. */
export function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function stampFile(mode) {
  return join(buildDir, `.setup-${mode}.json`);
}

/** The files under a path of the clone, sorted; the path itself when it is a file; none when it is missing. */
function filesUnder(path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`));
}
