import { readFileSync } from 'node:fs';

/** This process as no other one since the machine started: its id and when it began. */
export function ownIdentity(): string {
  return `${process.pid} ${startOf(process.pid)}`;
}

/** Whether the process of this identity still runs on this machine. */
export function isAlive(identity: string): boolean {
  const [pid, start] = identity.split(' ');
  return start !== undefined && startOf(Number(pid)) === start;
}

/** When a process began, in ticks since the machine started; undefined when there is none. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the program's name in parentheses, may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
