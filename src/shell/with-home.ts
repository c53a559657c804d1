import { homedir } from 'node:os';

/** `~` and `~/file` as paths in the home folder. */
export function withHome(path: string): string {
  return path.replace(/^~(?=\/|$)/, homedir());
}
