import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { type Ended, ended, startDucktopics } from '../support/command.ts';
import type { StockShell } from './stock-shell.ts';

export interface RunningServer {
  child: ChildProcessWithoutNullStreams;
  /** What it printed when it was ready. */
  greeting: string;
  /** `quack:127.0.0.1:41234` */
  uri: string;
  /** The statement that attaches it as `remote`. */
  attach: string;
  /** How it ended. */
  ended: Promise<Ended>;
}

export const token = 'token-of-the-tests';

/** Starts `ducktopics serve` on a free port and waits until it is ready; the caller ends it. */
export async function startServing(
  shell: StockShell,
  args: string[],
  environment: Record<string, string | undefined> = {},
): Promise<RunningServer> {
  const env = { HOME: shell.home, DUCKTOPICS_TOKEN: token, ...environment };
  const child = startDucktopics(['serve', '--port', '0', ...args], { env });
  const end = ended(child);
  const greeting = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('Ctrl-C')) resolve(text);
    });
    end.then(({ stderr }) => reject(new Error(stderr)), reject);
  });
  const uri = /quack:[^\s,']+/.exec(greeting)?.[0] ?? '';
  return { child, greeting, uri, attach: `ATTACH '${uri}' AS remote (TOKEN '${token}');\n`, ended: end };
}
