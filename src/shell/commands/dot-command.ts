import type { Reader } from '../reader.ts';

/** What can stand behind a command, for completion. */
export type ArgumentKind = 'file' | 'mode' | 'switch' | 'table' | 'command' | 'function';

/** A command of the shell, not of SQL: a line that begins with a dot. */
export interface DotCommand {
  /** The name without its dot. */
  name: string;
  /** What stands behind the name in `.help`, as `?FILE?`. */
  usage: string;
  /** One line, as a sentence without its full stop. */
  summary: string;
  /** More lines for `.help NAME`. */
  details?: string[];
  leastArguments?: number;
  /** Default: `leastArguments`. */
  mostArguments?: number;
  completes?: ArgumentKind;
  run(reader: Reader, args: string[]): Promise<void> | void;
}

/** `on` or `off`, as a boolean; undefined for anything else. */
export function switchOf(text: string): boolean | undefined {
  if (/^(on|yes|true|1)$/i.test(text)) return true;
  if (/^(off|no|false|0)$/i.test(text)) return false;
  return undefined;
}

export function usageError({ name, usage }: Pick<DotCommand, 'name' | 'usage'>): Error {
  return new Error(`Invalid Command Error: Invalid usage of command '.${name}'\n\nUsage: '.${name} ${usage}'`);
}
