import stringWidth from 'string-width';
import { oneLine, pad } from '../cells.ts';
import type { Write } from '../render.ts';
import type { ResultSource } from '../result-source.ts';
import type { ModeOptions } from './mode.ts';

/** Draws a box with the names and every row, without types, to the left and uncut. */
export function renderBox(source: ResultSource, write: Write, options: ModeOptions): Promise<void> {
  return renderGrid(source, write, options, { line: '─', bar: '│', top: '┌┬┐', middle: '├┼┤', bottom: '└┴┘' });
}

/** Draws the same with plain ASCII characters. */
export function renderPlainTable(source: ResultSource, write: Write, options: ModeOptions): Promise<void> {
  return renderGrid(source, write, options, { line: '-', bar: '|', top: '+++', middle: '+++', bottom: '+++' });
}

interface Strokes {
  line: string;
  bar: string;
  /** The left, inner and right corners of a rule. */
  top: string;
  middle: string;
  bottom: string;
}

async function renderGrid(
  source: ResultSource,
  write: Write,
  { nullValue }: ModeOptions,
  { line, bar, top, middle, bottom }: Strokes,
): Promise<void> {
  const names = source.columns.map((column) => oneLine(column.name));
  const rows: string[][] = [];
  for await (const chunk of source.chunks()) {
    for (const row of await source.texts(chunk)) rows.push(row.map((cell) => oneLine(cell ?? nullValue)));
  }
  const widths = names.map((name) => stringWidth(name));
  for (const row of rows) {
    row.forEach((text, index) => {
      widths[index] = Math.max(widths[index] ?? 0, stringWidth(text));
    });
  }
  const rule = ([left, inner, right]: string) =>
    `${left}${widths.map((width) => line.repeat(width + 2)).join(inner)}${right}\n`;
  const drawn = (texts: string[], align: 'left' | 'centre') =>
    `${bar}${texts.map((text, index) => ` ${pad(text, widths[index] ?? 0, align)} `).join(bar)}${bar}\n`;
  await write(rule(top) + drawn(names, 'centre') + rule(middle));
  for (const row of rows) await write(drawn(row, 'left'));
  await write(rule(bottom));
}
