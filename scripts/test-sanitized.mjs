// Runs the tests of the native functions with an extension built under AddressSanitizer and UndefinedBehaviorSanitizer.
//
//   node scripts/test-sanitized.mjs
//
// The build lives in build/sanitized. Leaks are not looked for: node itself keeps much until it ends.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './setup/stamp.mjs';

const TESTS = [
  'embedding-sources',
  'embedding-types',
  'first-use-of-a-model',
  'kmeans-groups',
  'kmeans-sample',
  'read-faiss',
  'read-npy',
  'sql',
  'synthetic-embeddings',
  'window-functions',
  'write-faiss',
];

const build = join(root, 'build', 'sanitized');
run('cmake', [
  '-S',
  'udfs/native',
  '-B',
  build,
  '-G',
  'Ninja',
  '-DDUCKTOPICS_SANITIZE=ON',
  `-DDUCKTOPICS_OUTPUT=${build}`,
]);
run('cmake', ['--build', build]);

const runtime = (library) => execFileSync('g++', [`-print-file-name=${library}`], { encoding: 'utf8' }).trim();
const flags = ['--import', 'tsx', '--test', '--test-reporter=spec', '--test-concurrency=2'];
run(process.execPath, [...flags, ...TESTS.map((name) => join('test', `${name}.test.ts`))], {
  DUCKTOPICS_EXTENSION: join(build, 'ducktopics.duckdb_extension'),
  LD_PRELOAD: `${runtime('libasan.so')} ${runtime('libubsan.so')}`,
  ASAN_OPTIONS: 'detect_leaks=0',
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
});

function run(command, args, environment = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  });
  if (error || status !== 0) {
    console.error(`${command} ${args[0]} failed${error ? `: ${error.message}` : ''}`);
    process.exit(1);
  }
}
