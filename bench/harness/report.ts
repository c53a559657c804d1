import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchFolder } from './folders.ts';
import type { Machine } from './machine.ts';
import type { Series } from './rounds.ts';

export interface Table {
  title: string;
  columns: string[];
  rows: string[][];
  /** Sentences below the table. */
  notes?: string[];
}

/** What a comparison found: tables for people, and every run. */
export interface Outcome {
  tables: Table[];
  /** All counted runs of each case, by the case's name. */
  cases: Record<string, Series[]>;
}

const startMark = '<!-- results: written by npm run bench -- --write-readme -->';
const endMark = '<!-- end of results -->';

/** Writes the JSON of one comparison into the run's folder in `bench/results`. */
export function writeOutcome(folder: string, name: string, outcome: Outcome, machine: Machine): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ machine, ...outcome }, null, 2)}\n`);
}

/** The folder of a run's results, named after its start. */
export function resultsFolder(start: Date): string {
  return join(benchFolder, 'results', start.toISOString().replaceAll(':', '-').slice(0, 19));
}

/** Puts Markdown between the marks of bench/README.md; throws `missing mark: ...`. */
export function writeReadme(markdown: string): void {
  const file = join(benchFolder, 'README.md');
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf(startMark);
  const end = text.indexOf(endMark);
  if (start < 0 || end < start) throw new Error(`missing mark: ${startMark} in ${file}`);
  writeFileSync(file, `${text.slice(0, start + startMark.length)}\n\n${markdown}\n${text.slice(end)}`);
}

export function markdownTable(table: Table): string {
  const lines = [table.columns, table.columns.map((_, i) => (i === 0 ? '---' : '---:')), ...table.rows];
  const body = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const notes = (table.notes ?? []).map((note) => `\n${note}\n`).join('');
  return `### ${table.title}\n\n${body}\n${notes}`;
}

/** A number with three significant digits, or a dash for none. */
export function digits(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}

/** A ratio as `2.31x`, or a dash for none. */
export function times(value: number | undefined): string {
  return value === undefined ? '–' : `${digits(value)}x`;
}

export function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : Math.round(bytes / 1e6).toLocaleString('en');
}
