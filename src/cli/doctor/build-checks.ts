import { spawnSync } from 'node:child_process';
import { setupCommand } from '../../paths.ts';
import type { Check } from './check.ts';

/** What the native build needs, by Debian package, with the program or file that shows it elsewhere. */
const needs: { name: string; debian: string; program?: string }[] = [
  { name: 'C++ compiler', debian: 'g++', program: 'g++' },
  { name: 'CMake', debian: 'cmake', program: 'cmake' },
  { name: 'Ninja', debian: 'ninja-build', program: 'ninja' },
  { name: 'FAISS', debian: 'libfaiss-dev' },
  { name: 'OpenBLAS', debian: 'libopenblas-dev' },
  { name: 'xxHash', debian: 'libxxhash-dev' },
];

/** Compilers and libraries for building the extension; a built extension runs without them. */
export function buildChecks(): Check[] {
  return needs.map(({ name, debian, program }) => {
    const found = debianVersion(debian) ?? (program === undefined ? undefined : programVersion(program));
    return {
      name,
      state: found === undefined ? 'absent' : 'ok',
      found: found ?? `no package ${debian}`,
      mend: `needed only to rebuild; ${setupCommand} installs it, or: sudo apt-get install -y ${debian}`,
    } satisfies Check;
  });
}

function debianVersion(name: string): string | undefined {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are dpkg's
  const format = '${db:Status-Abbrev}${Version}\\n';
  const line = spawnSync('dpkg-query', ['-W', '-f', format, name], { encoding: 'utf8' }).stdout?.split('\n')[0];
  return line?.startsWith('ii') ? `${name} ${line.slice(2).trim()}` : undefined;
}

function programVersion(program: string): string | undefined {
  const result = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.split('\n')[0] : undefined;
}
