#!/usr/bin/env node
// Makes a clone ready: system packages, node_modules, the native extension, build/ducktopics.sql.
//
//   node scripts/setup.mjs            everything that `npm run demo` and `npm test` need
//   node scripts/setup.mjs --dev      also what the checks need (clang-format)
//   node scripts/setup.mjs --native   only the native extension (inside an installed package)
//
// A second run compares one stamp and ends. Messages go to standard error; nothing is read from standard input.
import { readStamp, signature } from './setup/stamp.mjs';

const flags = new Set(process.argv.slice(2));
const known = ['--dev', '--native'];
for (const flag of flags) {
  if (!known.includes(flag)) {
    console.error(`setup: unknown flag: ${flag}; expected ${known.join(' or ')}`);
    process.exit(2);
  }
}

const mode = flags.has('--native') ? 'native' : flags.has('--dev') ? 'dev' : 'clone';
if (readStamp(mode)?.signature !== signature()) {
  const { setUp } = await import('./setup/set-up.mjs');
  process.exitCode = await setUp(mode);
}
