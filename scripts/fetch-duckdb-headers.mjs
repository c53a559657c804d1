// Fetches DuckDB's extension headers, which no Debian package has, from the npm package that carries them.
//
//   node scripts/fetch-duckdb-headers.mjs DIRECTORY
//
// Writes DIRECTORY/duckdb.h and DIRECTORY/duckdb_extension.h. The package is pinned by version and checksum, is read
// and thrown away, and is no dependency. Does nothing when the files are there.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGE = 'duckdb@1.4.4';
const SHA256 = '5bb967dcbcd517670ba5f169f238fb9d6787e53752c60ebe24386169d76941ed';
const HEADERS = ['duckdb.h', 'duckdb_extension.h'];

const directory = process.argv[2];
if (!directory) {
  console.error('usage: node scripts/fetch-duckdb-headers.mjs DIRECTORY');
  process.exit(2);
}
if (HEADERS.every((header) => existsSync(join(directory, header)))) {
  process.exit(0);
}

const work = mkdtempSync(join(tmpdir(), 'duckdb-headers-'));
try {
  execFileSync('npm', ['pack', PACKAGE, '--pack-destination', work, '--silent'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const archive = join(work, 'duckdb-1.4.4.tgz');
  const sum = createHash('sha256').update(readFileSync(archive)).digest('hex');
  if (sum !== SHA256) {
    throw new Error(`invalid checksum of ${PACKAGE}: expected ${SHA256}, got ${sum}`);
  }
  const include = 'package/src/duckdb/src/include';
  execFileSync('tar', ['xzf', archive, '-C', work, ...HEADERS.map((header) => `${include}/${header}`)]);
  mkdirSync(directory, { recursive: true });
  for (const header of HEADERS) {
    copyFileSync(join(work, include, header), join(directory, `${header}.new`));
    renameSync(join(directory, `${header}.new`), join(directory, header));
  }
} catch (error) {
  console.error(`cannot fetch DuckDB's headers: ${error.message}`);
  process.exit(1);
} finally {
  rmSync(work, { recursive: true, force: true });
}
