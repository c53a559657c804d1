import { renderCsv } from './csv.ts';
import type { FormatName } from './format-names.ts';
import { renderJson } from './json.ts';
import { renderMarkdown } from './markdown.ts';
import type { ResultSource } from './result-source.ts';
import { renderTable, type TableOptions } from './table.ts';

/** Takes a piece of the output; resolves when there is room for the next. */
export type Write = (text: string) => Promise<void>;

export type Format = (source: ResultSource, write: Write, options: TableOptions) => Promise<void>;

/** The formats of a result by their names. */
export const formats = {
  table: renderTable,
  json: renderJson,
  csv: renderCsv,
  markdown: renderMarkdown,
} as const satisfies Record<FormatName, Format>;
