// Writes docs/functions.md and docs/commands.md by running their examples.
//
//   node --import tsx scripts/generate-docs.ts           writes the files
//   node --import tsx scripts/generate-docs.ts --check   fails when they are not what would be written
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../src/errors.ts';
import { packageRoot } from '../src/paths.ts';
import { commandsPage } from './docs/commands-page.ts';
import { firstDifference } from './docs/first-difference.ts';
import { functionsPage } from './docs/functions-page.ts';

const pages = { 'functions.md': functionsPage, 'commands.md': commandsPage };
const isCheck = process.argv.includes('--check');
useNothingOfThisMachine();

for (const [name, page] of Object.entries(pages)) {
  // Examples name files without a folder.
  const folder = mkdtempSync(join(tmpdir(), 'ducktopics-docs-'));
  const here = process.cwd();
  process.chdir(folder);
  try {
    const text = await page();
    const file = join(packageRoot, 'docs', name);
    if (isCheck) check(file, text);
    else writeFileSync(file, text);
  } catch (error) {
    console.error(`docs/${name}: ${messageOf(error)}`);
    process.exitCode = 1;
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
