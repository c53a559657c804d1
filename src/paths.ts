import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json: the clone, or the installed package. */
export const packageRoot = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/** Whether this is a clone, which runs from its TypeScript sources, and not an installed package. */
export const isClone = existsSync(join(packageRoot, 'src', 'paths.ts'));

/** The native extension that belongs to this package; DUCKTOPICS_EXTENSION names another build of it. */
export const extensionPath =
  process.env.DUCKTOPICS_EXTENSION ?? join(packageRoot, 'build', 'ducktopics.duckdb_extension');

/** The macros, one a file. */
export const macroFolder = join(packageRoot, 'sql');

/** The command that sets this package up or rebuilds its extension, as a reader would type it. */
export const setupCommand = isClone ? 'npm run setup' : `node ${join(packageRoot, 'scripts', 'setup.mjs')} --native`;

function findPackageRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`missing package.json above ${from}`);
  }
}
