import stringWidth from 'string-width';
import { pad } from '../cells.ts';
import { markdownField } from '../markdown.ts';
import type { Write } from '../render.ts';
import type { ResultSource } from '../result-source.ts';
import type { ModeOptions } from './mode.ts';

/** Writes a Markdown table whose columns are as wide as their widest value; numbers are aligned to the right. */
export async function renderMarkdownMode(
  source: ResultSource,
  write: Write,
  { nullValue }: ModeOptions,
): Promise<void> {
  const names = source.columns.map((column) => markdownField(column.name));
  const rows: string[][] = [];
  for await (const chunk of source.chunks()) {
    for (const row of await source.texts(chunk)) rows.push(row.map((cell) => markdownField(cell ?? nullValue)));
  }
  const widths = names.map((name) => stringWidth(name));
  for (const row of rows) {
    row.forEach((text, index) => {
      widths[index] = Math.max(widths[index] ?? 0, stringWidth(text));
    });
  }
  const drawn = (texts: string[], align: 'left' | 'centre') =>
    `|${texts.map((text, index) => ` ${pad(text, widths[index] ?? 0, align)} `).join('|')}|\n`;
  const rules = source.columns.map(({ isNumber }, index) => {
    const dashes = '-'.repeat((widths[index] ?? 0) + (isNumber ? 1 : 2));
    return isNumber ? `${dashes}:` : dashes;
  });
  await write(`${drawn(names, 'centre')}|${rules.join('|')}|\n`);
  for (const row of rows) await write(drawn(row, 'left'));
}
