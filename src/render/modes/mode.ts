import type { Write } from '../render.ts';
import type { ResultSource } from '../result-source.ts';

/** The output modes of the shell, as `.mode` and the flags name them. */
export const modeNames = [
  'duckbox',
  'box',
  'table',
  'markdown',
  'csv',
  'json',
  'jsonlines',
  'line',
  'list',
  'tabs',
] as const;

export type ModeName = (typeof modeNames)[number];

export interface ModeOptions {
  /** The width of the terminal that a duckbox must not pass; undefined where output is no terminal and lines may be long. */
  width: number | undefined;
  /** How many rows a duckbox shows: of more, the first and the last half. `Infinity` shows all. */
  maxRows: number;
  /** What stands for NULL; JSON has its own word. */
  nullValue: string;
  /** Whether csv, list and tabs begin with the names of the columns. */
  headers: boolean;
  /** What stands between the values of a list. */
  separator: string;
}

/** Writes a result in one of the modes, each byte as DuckDB's own shell writes it. */
export type Mode = (source: ResultSource, write: Write, options: ModeOptions) => Promise<void>;
