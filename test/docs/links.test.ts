import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { readPieces } from '../../scripts/docs/page-blocks.ts';
import { packageRoot } from '../../src/paths.ts';

const docs = readdirSync(join(packageRoot, 'docs')).filter((name) => name.endsWith('.md'));
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'bench/README.md', 'datasets/README.md'],
  ...docs.map((name) => `docs/${name}`),
];

test('every link of the documentation leads to a file, and to a heading in it', () => {
  const broken = pages.flatMap((page) =>
    linksOf(page)
      .filter((link) => !leadsSomewhere(page, link))
      .map((link) => `${page}: ${link}`),
  );
  assert.deepEqual(broken, []);
});

test('docs/README.md lists every page of docs/', () => {
  const listed = linksOf('docs/README.md');
  assert.deepEqual(
    docs.filter((name) => name !== 'README.md' && !listed.includes(name)),
    [],
  );
});

/** The text of a page without its blocks. */
function proseOf(page: string): string {
  const pieces = readPieces(readFileSync(join(packageRoot, page), 'utf8'));
  return pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('\n');
}

function linksOf(page: string): string[] {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const file = path === '' ? page : relative(packageRoot, join(packageRoot, dirname(page), path));
  if (!existsSync(join(packageRoot, file))) return false;
  return heading === undefined || headingsOf(file).includes(heading);
}

/** The headings of a page as GitHub names them in links. */
function headingsOf(page: string): string[] {
  const headings = [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
