import { existsSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { messageOf } from '../../errors.ts';
import { readFunctionReference } from '../../function-reference.ts';
import { type DuckTopics, open } from '../../open.ts';
import { extensionPath, setupCommand } from '../../paths.ts';
import type { Check } from './check.ts';

const leastNode = 20;

export function nodeCheck(version = process.versions.node): Check {
  const isNew = Number(version.split('.')[0]) >= leastNode;
  return {
    name: 'Node.js',
    state: isNew ? 'ok' : 'missing',
    found: version,
    mend: `install Node.js ${leastNode} or newer`,
  };
}

export function platformCheck(platform: string = process.platform, arch: string = process.arch): Check {
  const isKnown = platform === 'linux' && (arch === 'x64' || arch === 'arm64');
  const memory = `${(totalmem() / 2 ** 30).toFixed(1)} GiB`;
  return {
    name: 'platform',
    state: isKnown ? 'ok' : 'missing',
    found: `${platform} ${arch}, ${availableParallelism()} cores, ${memory}`,
    mend: 'the extension is built for Linux on x86-64 and arm64: use such a machine or a container',
  };
}

/** DuckDB, the extension in it, what the extension brings, and its kernel. */
export async function extensionChecks(): Promise<Check[]> {
  const mend = `build it with: ${setupCommand}`;
  if (!existsSync(extensionPath)) return [{ name: 'extension', state: 'missing', found: `no ${extensionPath}`, mend }];
  const size = `${(statSync(extensionPath).size / 2 ** 20).toFixed(0)} MiB`;
  let db: DuckTopics;
  try {
    db = await open();
  } catch (error) {
    return [{ name: 'extension', state: 'missing', found: messageOf(error), mend }];
  }
  try {
    const [duckdb] = await db.query<{ version: string }>('SELECT version() AS version');
    const [extension] = await db.query<{ version: string }>(
      "SELECT extension_version AS version FROM duckdb_extensions() WHERE extension_name = 'ducktopics'",
    );
    const references = await readFunctionReference(db.connection);
    const host = references.filter(({ needsHost }) => needsHost).length;
    const macros = references.filter(({ kind, needsHost }) => kind.includes('macro') && !needsHost).length;
    const native = references.length - macros - host;
    return [
      { name: 'DuckDB', state: 'ok', found: duckdb?.version },
      { name: 'extension', state: 'ok', found: `${extension?.version}, ${size}, ${extensionPath}` },
      { name: 'functions', state: 'ok', found: `${native} native, ${macros} macros, ${host} in TypeScript` },
      { name: 'kernel', state: 'ok', found: kernel() },
    ];
  } finally {
    db.close();
  }
}

/** The processor's flags that each kernel needs, the best kernel last. */
const cpuFlags: Record<string, string[]> = {
  baseline: [],
  avx2: ['avx2', 'fma'],
  avx512: ['avx2', 'fma', 'avx512f'],
  avx512vnni: ['avx2', 'fma', 'avx512f', 'avx512bw', 'avx512vl', 'avx512dq', 'avx512_vnni'],
};

/** The instructions that the extension chooses on this machine; `DUCKTOPICS_KERNEL` asks for lesser ones. */
function kernel(): string {
  if (process.arch !== 'x64') return `baseline (${process.arch})`;
  const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.trim().split(/\s+/));
  const forced = process.env.DUCKTOPICS_KERNEL;
  const order = Object.keys(cpuFlags);
  const best = order.findLast((name) => cpuFlags[name]?.every((flag) => flags.has(flag))) ?? 'baseline';
  if (forced === undefined || !order.includes(forced) || order.indexOf(forced) >= order.indexOf(best)) return best;
  return `${forced} (DUCKTOPICS_KERNEL; this machine has ${best})`;
}
