import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mailCorpus } from '../../datasets/spam-assassin/mail-corpus.ts';
import { packageRoot } from '../../src/paths.ts';
import { faissNodeModules, prepareFaissNode } from '../../test/support/faiss-node.ts';
import { preparePython } from '../../test/support/python.ts';
import { writeExampleFiles } from './example-files.ts';

/** Where pages are run: a folder that looks like a clone, so that what a page makes does not stay in this one. */
export interface PageFolder {
  path: string;
  /** The environment of commands: `npx ducktopics` and `npm run` are this clone's, `duckdb` is the stock shell. */
  env: NodeJS.ProcessEnv;
  remove(): void;
}

/**
 * Makes the folder, with the real mails in `.cache/`, the pipelines in `sql/` and what the setup has made in `build/`. No endpoint is configured in it, and its cache holds
 * the mails and no answers.
 */
export async function makePageFolder(): Promise<PageFolder> {
  const mails = await mailCorpus();
  const path = mkdtempSync(join(tmpdir(), 'ducktopics-pages-'));
  const programs = join(path, '.programs');
  mkdirSync(join(path, '.cache'));
  mkdirSync(join(path, 'node_modules'));
  mkdirSync(programs);
  symlinkSync(dirname(mails), join(path, '.cache', 'spam-assassin'));
  for (const name of ['sql', 'build']) symlinkSync(join(packageRoot, name), join(path, name));
  symlinkSync(packageRoot, join(path, 'node_modules', 'ducktopics'));
  await prepareFaissNode();
  symlinkSync(join(faissNodeModules, 'faiss-node'), join(path, 'node_modules', 'faiss-node'));
  writeFileSync(join(path, 'package.json'), '{ "type": "module" }\n');
  writeExampleFiles(path);
  writeProgram(join(programs, 'npx'), [
    'if [ "$1" != ducktopics ]; then echo "unknown program: $1, expected ducktopics" >&2; exit 2; fi',
    'shift',
    `exec '${process.execPath}' '${join(packageRoot, 'bin', 'ducktopics.mjs')}' "$@"`,
  ]);
  writeProgram(join(programs, 'npm'), [
    'case "$*" in "run setup" | "run demo" | "run -s demo -- --json") ;;',
    '*) echo "npm $* is not for documentation: mark its block with <!-- not run: REASON -->" >&2; exit 2 ;; esac',
    `cd '${packageRoot}'`,
    `PATH=\${PATH#*:} exec npm --silent "$@"`,
  ]);
  const python = await preparePython();
  writeProgram(
    join(programs, 'duckdb'),
    python.missing === undefined
      ? [`exec '${join(dirname(python.path), 'duckdb')}' "$@"`]
      : [`echo '${python.missing.replaceAll("'", '')}' >&2; exit 1`],
  );
  const settings = Object.entries(process.env).filter(([name]) => !/^(OPENAI|DUCKTOPICS)_/.test(name));
  return {
    path,
    env: {
      ...Object.fromEntries(settings),
      PATH: `${programs}:${process.env.PATH}`,
      COLUMNS: '110',
      DUCKTOPICS_CACHE: join(path, '.cache'),
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function writeProgram(file: string, lines: string[]): void {
  writeFileSync(file, `#!/bin/sh\n${lines.join('\n')}\n`);
  chmodSync(file, 0o755);
}
