import type { Write } from '../render.ts';
import type { ResultSource } from '../result-source.ts';
import type { ModeOptions } from './mode.ts';

/** Writes the values of a row with `separator` between them, as they are. */
export async function renderList(source: ResultSource, write: Write, options: ModeOptions): Promise<void> {
  const line = (fields: string[]) => `${fields.join(options.separator)}\n`;
  if (options.headers) await write(line(source.columns.map((column) => column.name)));
  for await (const chunk of source.chunks()) {
    const rows = await source.texts(chunk);
    await write(rows.map((row) => line(row.map((cell) => cell ?? options.nullValue))).join(''));
  }
}

/** Writes the values of a row with tabs between them. */
export function renderTabs(source: ResultSource, write: Write, options: ModeOptions): Promise<void> {
  return renderList(source, write, { ...options, separator: '\t' });
}
