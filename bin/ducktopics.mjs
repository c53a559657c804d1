#!/usr/bin/env node
// The command: the TypeScript sources in a clone, the compiled ones in an installed package.
import { existsSync } from 'node:fs';

const inClone = existsSync(new URL('../src/cli/main.ts', import.meta.url));
if (inClone) {
  const loader = await import('tsx/esm/api').catch(() => undefined);
  if (loader === undefined) {
    console.error('ducktopics: missing node_modules\nset the clone up with: npm run setup');
    process.exit(1);
  }
  loader.register();
}

const { main } = await import(inClone ? '../src/cli/main.ts' : '../dist/src/cli/main.js');
process.exitCode = await main(process.argv.slice(2));
