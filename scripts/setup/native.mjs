// The DuckDB extension: built with cmake when its sources are not those of the last build.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPackages, installPackages } from './os-packages.mjs';
import { run, SetupError, say } from './run.mjs';
import { buildDir, contentHash, extensionFile, readText, root } from './stamp.mjs';

const sourceDir = join(root, 'udfs', 'native');
const nativeDir = join(buildDir, 'native');
const hashFile = join(buildDir, '.native-hash');
const sources = ['udfs/native', 'scripts/fetch-duckdb-headers.mjs'];
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Builds build/ducktopics.duckdb_extension unless it stands and its sources are unchanged. */
export function buildExtension() {
  const hash = `${version} ${contentHash(sources)}`;
  if (existsSync(extensionFile) && readText(hashFile) === hash) return;
  installPackages(buildPackages);
  say('building the DuckDB extension (about a minute the first time)');
  if (isOfAnotherPlace()) rmSync(nativeDir, { recursive: true, force: true });
  const configure = ['-S', sourceDir, '-B', nativeDir, '-G', 'Ninja', `-DDUCKTOPICS_VERSION=${version}`];
  if (!existsSync(join(nativeDir, 'CMakeCache.txt'))) configure.push('-DCMAKE_BUILD_TYPE=Release');
  run('cmake', 'cmake', configure);
  run('the native build', 'cmake', ['--build', nativeDir]);
  if (!existsSync(extensionFile)) throw new SetupError(`the native build left no ${extensionFile}`);
  writeFileSync(hashFile, hash);
}

/** Whether the build folder was made for a clone that has since moved; cmake refuses such a folder. */
function isOfAnotherPlace() {
  const cache = readText(join(nativeDir, 'CMakeCache.txt'));
  const home = cache?.match(/^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m)?.[1];
  return cache !== undefined && home !== sourceDir;
}
