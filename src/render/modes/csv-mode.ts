import type { Write } from '../render.ts';
import type { ResultSource } from '../result-source.ts';
import type { ModeOptions } from './mode.ts';

/** Writes CSV as DuckDB's shell does: it quotes more than RFC 4180 asks for, and writes `nullValue` for NULL. */
export async function renderCsvMode(source: ResultSource, write: Write, options: ModeOptions): Promise<void> {
  if (options.headers) await write(line(source.columns.map((column) => column.name)));
  for await (const chunk of source.chunks()) {
    const rows = await source.texts(chunk);
    await write(rows.map((row) => line(row.map((cell) => cell ?? options.nullValue))).join(''));
  }
}

function line(fields: string[]): string {
  return `${fields.map(quoteWhereNeeded).join(',')}\n`;
}

/** Quotes, the comma, control characters and everything beyond ASCII call for quotes; spaces do not. */
function quoteWhereNeeded(text: string): string {
  return /[^ -~]|["',]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
