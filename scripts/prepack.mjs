// Makes what `npm pack` packs: the extension and dist/, for the sources as they are.
import { compileForPackage } from './setup/compile.mjs';
import { SetupError } from './setup/run.mjs';
import { setUp } from './setup/set-up.mjs';
import { isCompiled } from './setup/stamp.mjs';

try {
  process.exitCode = await setUp('clone');
  if (process.exitCode === 0 && !isCompiled()) compileForPackage();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`prepack: ${error.message}`);
  process.exitCode = 1;
}
