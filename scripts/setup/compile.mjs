// dist/: the TypeScript sources compiled, so that the command starts at once.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, say, tryRun } from './run.mjs';
import { buildDir, isCompiled, root, sourceSignature } from './stamp.mjs';

const dist = join(root, 'dist');
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

/** Compiles the sources unless dist/ is theirs. Sources with errors are left to run through tsx. */
export function compileForClone() {
  if (isCompiled()) return;
  if (!compile()) say('the TypeScript sources have errors (npx tsc --noEmit shows them); dist/ is not built');
}

/** Compiles the sources for a package, or throws. */
export function compileForPackage() {
  if (!compile()) throw new SetupError('tsc failed; see build/setup.log');
}

function compile() {
  const signature = sourceSignature();
  const draft = join(buildDir, `dist-${process.pid}`);
  try {
    if (!tryRun(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', draft])) return false;
    writeFileSync(join(draft, '.sources'), signature);
    rmSync(dist, { recursive: true, force: true });
    renameSync(draft, dist);
    return true;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
