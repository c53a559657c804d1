import { buildChecks } from './doctor/build-checks.ts';
import type { Check } from './doctor/check.ts';
import { dataChecks } from './doctor/data-checks.ts';
import { namingChecks } from './doctor/naming-checks.ts';
import { extensionChecks, nodeCheck, platformCheck } from './doctor/runtime-checks.ts';

/** Prints every check and what mends it; returns 1 when something that every query needs is missing. */
export async function doctor(): Promise<number> {
  const groups: [string, Check[]][] = [
    ['To run', [nodeCheck(), platformCheck(), ...(await extensionChecks())]],
    ['To name topics', namingChecks()],
    ['To build the extension', buildChecks()],
    ['Data', await dataChecks()],
  ];
  for (const [title, checks] of groups) process.stdout.write(`${title}\n${checks.map(line).join('')}`);
  const missing = groups.flatMap(([, checks]) => checks).filter((check) => check.state === 'missing');
  process.stdout.write(
    missing.length === 0
      ? 'Everything that queries need is here.\n'
      : `Missing: ${missing.map(({ name }) => name).join(', ')}.\n`,
  );
  return missing.length === 0 ? 0 : 1;
}

const signs = { ok: 'ok     ', missing: 'MISSING', absent: 'absent ' };

function line({ name, state, found, mend }: Check): string {
  const text = `  ${signs[state]}  ${name}${found === undefined ? '' : `: ${found}`}\n`;
  return state === 'ok' || mend === undefined ? text : `${text}           ${mend}\n`;
}
