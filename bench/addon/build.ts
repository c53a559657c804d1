import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { benchFolder, cached } from '../harness/folders.ts';

const exec = promisify(execFile);
const buildFolder = cached('addon');

/** The built addon. */
export const addonFile = join(buildFolder, 'nearest.node');

/** Builds the addon of the kernels as they are now. */
export async function buildAddon(): Promise<void> {
  await exec('cmake', ['-S', join(benchFolder, 'addon'), '-B', buildFolder, '-G', 'Ninja']);
  await exec('cmake', ['--build', buildFolder]);
}
