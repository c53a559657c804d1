import stringWidth from 'string-width';
import { pad } from '../cells.ts';
import type { Write } from '../render.ts';
import type { ResultSource } from '../result-source.ts';
import type { ModeOptions } from './mode.ts';

/** Writes each value on a line of its own behind its column's name; an empty line stands between rows. */
export async function renderLines(source: ResultSource, write: Write, options: ModeOptions): Promise<void> {
  const names = source.columns.map((column) => column.name);
  const width = Math.max(5, ...names.map((name) => stringWidth(name)));
  let separator = '';
  for await (const chunk of source.chunks()) {
    for (const row of await source.texts(chunk)) {
      const lines = row.map(
        (cell, index) => `${pad(names[index] ?? '', width, 'right')} = ${cell ?? options.nullValue}\n`,
      );
      await write(separator + lines.join(''));
      separator = '\n';
    }
  }
}
