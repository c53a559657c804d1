// Debian packages: what is missing is installed with apt-get, or named in one command when that is not possible.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { hasProgram, SetupError, say, tryRun } from './run.mjs';

const triple = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch] ?? `${process.arch}-linux-gnu`;

/** What shows that a package is there when the system has no dpkg: a program, or a file in one of these places. */
const signs = {
  'clang-format': { program: 'clang-format' },
  cmake: { program: 'cmake' },
  'g++': { program: 'g++' },
  'libfaiss-dev': { files: ['/usr/include/faiss/Clustering.h', '/usr/local/include/faiss/Clustering.h'] },
  'libopenblas-dev': {
    files: [`/usr/include/${triple}/cblas.h`, '/usr/include/cblas.h', '/usr/include/openblas/cblas.h'],
  },
  'libxxhash-dev': { files: ['/usr/include/xxhash.h', '/usr/local/include/xxhash.h'] },
  'ninja-build': { program: 'ninja' },
};

/** The packages that the native build needs. */
export const buildPackages = ['g++', 'cmake', 'ninja-build', 'libfaiss-dev', 'libopenblas-dev', 'libxxhash-dev'];

/** Installs those of the packages that are missing. */
export function installPackages(names) {
  const missing = missingPackages(names);
  if (missing.length === 0) return;
  const apt = aptGet();
  const command = `sudo apt-get update && sudo apt-get install -y ${missing.join(' ')}`;
  if (apt === undefined) throw new SetupError(`missing packages: ${missing.join(' ')}; install them with: ${command}`);
  say(`installing ${missing.join(' ')}`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const install = ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=600', ...missing];
  const runApt = (args) => tryRun(apt[0], [...apt.slice(1), ...args], options);
  if (!runApt(install)) {
    runApt(['update', '-o', 'DPkg::Lock::Timeout=600']);
    if (!runApt(install)) {
      throw new SetupError(`apt-get could not install ${missing.join(' ')}; see build/setup.log, then run: ${command}`);
    }
  }
  const still = missingPackages(names);
  if (still.length > 0) throw new SetupError(`packages still missing after apt-get: ${still.join(' ')}`);
}

/** Which of the packages are not installed. */
export function missingPackages(names) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are dpkg's
  const format = '${db:Status-Abbrev} ${Package}\\n';
  const dpkg = spawnSync('dpkg-query', ['-W', '-f', format, ...names], { encoding: 'utf8' });
  if (dpkg.error) return names.filter((name) => !isThere(name));
  const installed = new Set(
    dpkg.stdout
      .split('\n')
      .filter((line) => line.startsWith('ii'))
      .map((line) => line.split(/\s+/)[1]),
  );
  return names.filter((name) => !installed.has(name) && !isThere(name));
}

function isThere(name) {
  const { program, files = [] } = signs[name] ?? {};
  return program ? hasProgram(program) : files.some((file) => existsSync(file));
}

/** How to call apt-get with enough rights and without a question, or undefined. */
function aptGet() {
  if (!hasProgram('apt-get')) return undefined;
  if (process.getuid?.() === 0) return ['apt-get'];
  const sudo = hasProgram('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return sudo ? ['sudo', '-n', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'] : undefined;
}
