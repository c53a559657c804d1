// Writes the documentation again by running what is in it.
//
//   node --import tsx scripts/generate-docs.ts [--check] [PAGE...]
//
// docs/functions.md and docs/commands.md are made whole from the functions and commands; in the other pages, which are written by hand,
// the blocks are run and what they print is put below them. --check fails when a page is not what would be written. PAGE: only the
// pages whose path contains one of these words.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../src/errors.ts';
import { packageRoot } from '../src/paths.ts';
import { commandsPage } from './docs/commands-page.ts';
import { executedPage } from './docs/executed-page.ts';
import { firstDifference } from './docs/first-difference.ts';
import { functionsPage } from './docs/functions-page.ts';
import { makePageFolder } from './docs/page-folder.ts';

const generated = { 'docs/functions.md': functionsPage, 'docs/commands.md': commandsPage };
/** They share a folder, in this order: the cookbook and the README go on with the database that the tutorial makes. */
const executed = ['docs/tutorial.md', 'docs/cookbook.md', 'README.md'];

const isCheck = process.argv.includes('--check');
const words = process.argv.slice(2).filter((word) => word !== '--check');
const isWanted = (page: string) => words.length === 0 || words.some((word) => page.includes(word));

const pages = await makePageFolder();
useNothingOfThisMachine();
try {
  for (const page of executed.filter(isWanted)) {
    await write(page, () => executedPage(readFileSync(join(packageRoot, page), 'utf8'), pages));
  }
} finally {
  pages.remove();
}
for (const [page, text] of Object.entries(generated)) {
  if (isWanted(page)) await write(page, () => inEmptyFolder(text));
}

/** Writes a page, or checks it; a failure is printed, and the other pages go on. */
async function write(page: string, text: () => Promise<string>): Promise<void> {
  try {
    const file = join(packageRoot, page);
    const now = await text();
    if (isCheck) check(file, now);
    else writeFileSync(file, now);
  } catch (error) {
    console.error(`${page}: ${messageOf(error)}`);
    process.exitCode = 1;
  }
}

/** Examples name files without a folder. */
async function inEmptyFolder(text: () => Promise<string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ducktopics-docs-'));
  const here = process.cwd();
  process.chdir(folder);
  try {
    return await text();
  } finally {
    process.chdir(here);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** No endpoint, no settings and an empty cache: examples must give the same everywhere, and one of them empties the cache. */
function useNothingOfThisMachine(): void {
  for (const name of Object.keys(process.env)) {
    if (/^(OPENAI|DUCKTOPICS)_/.test(name)) delete process.env[name];
  }
  const cache = mkdtempSync(join(tmpdir(), 'ducktopics-docs-cache-'));
  process.env.DUCKTOPICS_CACHE = cache;
  process.on('exit', () => rmSync(cache, { recursive: true, force: true }));
}

function check(file: string, text: string): void {
  const difference = firstDifference(existsSync(file) ? readFileSync(file, 'utf8') : '', text);
  if (difference === undefined) return;
  throw new Error(`differs from what its examples give\n${difference}\nwrite it again with: npm run docs`);
}
