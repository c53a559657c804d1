import type { ModeName } from '../render/modes/mode.ts';

/** What the dot commands and flags set. */
export interface ShellSettings {
  mode: ModeName;
  headers: boolean;
  nullValue: string;
  separator: string;
  /** How many rows a duckbox shows; `Infinity` is all. */
  maxRows: number;
  /** The width of a duckbox in characters; 0 is that of the terminal. */
  maxWidth: number;
  /** Whether the time of each statement is told. */
  timer: boolean;
  /** Whether the first error ends the input. */
  bail: boolean;
  /** Whether statements are printed before they run. */
  echo: boolean;
}

export const defaultSettings: ShellSettings = {
  mode: 'duckbox',
  headers: true,
  nullValue: 'NULL',
  separator: '|',
  maxRows: 40,
  maxWidth: 0,
  timer: false,
  bail: false,
  echo: false,
};
