#!/usr/bin/env node
// The command. It runs dist/ in an installed package, and in a clone whose sources dist/ was compiled from; while sources are
// being changed it runs them through tsx.
import { existsSync } from 'node:fs';

const { main } = await import((await runsSources()) ? '../src/cli/main.ts' : '../dist/src/cli/main.js');
const code = await main(process.argv.slice(2));
process.exitCode ||= code;

async function runsSources() {
  if (!existsSync(new URL('../src/cli/main.ts', import.meta.url))) return false;
  const { isCompiled } = await import('../scripts/setup/stamp.mjs');
  if (isCompiled()) return false;
  const loader = await import('tsx/esm/api').catch(() => undefined);
  if (loader === undefined) {
    console.error('ducktopics: missing node_modules\nset the clone up with: npm run setup');
    process.exit(1);
  }
  loader.register();
  return true;
}
