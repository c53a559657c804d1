import { spawnSync } from 'node:child_process';
import { installPackages } from '../../scripts/setup/os-packages.mjs';

/**
 * Why there is no tmux, or undefined: give it to a test's `skip`. A missing one is installed where that needs no password; with
 * CI set in the environment it must be there, so that no check is left out.
 */
export function missingTmux(): string | undefined {
  if (isThere()) return undefined;
  try {
    installPackages(['tmux']);
  } catch {
    // The command below is for whoever may run it.
  }
  if (isThere()) return undefined;
  const missing = 'missing tmux; install it with: sudo apt-get install tmux';
  if (process.env.CI) throw new Error(missing);
  return missing;
}

function isThere(): boolean {
  return spawnSync('tmux', ['-V']).status === 0;
}
