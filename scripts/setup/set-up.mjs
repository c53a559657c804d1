// The steps of the setup, each of which looks first and works only where something is missing.
import { compileForClone } from './compile.mjs';
import { writeInitFile } from './init-file.mjs';
import { withLock } from './lock.mjs';
import { buildExtension } from './native.mjs';
import { installNodeModules } from './node-modules.mjs';
import { installPackages } from './os-packages.mjs';
import { SetupError } from './run.mjs';
import { readStamp, signature, writeStamp } from './stamp.mjs';

/** Sets up one mode (`clone`, `dev` or `native`) and returns the exit code. */
export async function setUp(mode) {
  try {
    await withLock(async () => {
      if (readStamp(mode)?.signature === signature()) return;
      if (mode === 'dev') installPackages(['clang-format']);
      if (mode !== 'native') {
        installNodeModules();
        compileForClone();
      }
      buildExtension();
      if (mode !== 'native') writeInitFile();
      writeStamp(mode, { signature: signature() });
    });
    return 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`setup: ${error.message}`);
    return 1;
  }
}
