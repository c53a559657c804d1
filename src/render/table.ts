import stringWidth from 'string-width';
import { type Align, cut, oneLine, pad } from './cells.ts';
import { fitColumns } from './fit-columns.ts';
import { readEnds } from './read-ends.ts';
import type { Write } from './render.ts';
import type { Column, ResultSource } from './result-source.ts';

export interface TableOptions {
  /** The width in characters that the table must not pass; wide cells are cut, then middle columns left out. */
  width: number;
  /** How many rows are shown: of more, the first and the last half. */
  maxRows: number;
}

/** Draws a box as DuckDB's shell does: names, types, rows, and the number of rows where some are left out. */
export async function renderTable(source: ResultSource, write: Write, options: TableOptions): Promise<void> {
  const { head, tail, count } = await readEnds(source, options.maxRows);
  const rows = [...head, ...tail].map((row) => row.map((cell) => oneLine(cell ?? 'NULL')));
  const headings = source.columns.map((column) => ({ name: oneLine(column.name), type: column.type }));
  const natural = headings.map(({ name, type }, index) =>
    rows.reduce(
      (most, row) => Math.max(most, stringWidth(row[index] ?? '')),
      Math.max(stringWidth(name), stringWidth(type)),
    ),
  );
  const shown = fitColumns(natural, options.width);
  const columns = shown.map(({ index }) => (index === undefined ? ellipsisColumn : source.columns[index])) as Column[];
  const pick = (texts: string[]) => shown.map(({ index }) => (index === undefined ? '…' : (texts[index] ?? '')));
  const widths = shown.map(({ width }) => width);

  const rule = (left: string, cross: string, right: string) =>
    `${left}${widths.map((width) => '─'.repeat(width + 2)).join(cross)}${right}\n`;
  const line = (texts: string[], align: Align[]) =>
    `│${texts.map((text, index) => ` ${pad(cut(text, widths[index] ?? 0), widths[index] ?? 0, align[index])} `).join('│')}│\n`;
  const centre = columns.map((): Align => 'centre');
  const sides = columns.map((column): Align => (column.isNumber ? 'right' : 'left'));

  let text = rule('┌', '┬', '┐');
  text += line(pick(headings.map(({ name }) => name)), centre);
  text += line(pick(headings.map(({ type }) => type)), centre);
  if (count > 0) text += rule('├', '┼', '┤');
  rows.forEach((row, index) => {
    if (index === head.length && tail.length > 0) {
      text += line(
        columns.map(() => '·'),
        sides,
      ).repeat(3);
    }
    text += line(pick(row), sides);
  });
  text += rule('└', '┴', '┘');
  await write(text + footer(count, rows.length, source.columns.length, shown));
}

const ellipsisColumn: Column = { name: '…', type: '…', isNumber: false };

function footer(count: number, rowsShown: number, columns: number, shown: { index: number | undefined }[]): string {
  const columnsShown = shown.filter(({ index }) => index !== undefined).length;
  const parts: string[] = [];
  if (count === 0 || rowsShown < count) {
    parts.push(rowsShown < count ? `${grouped(count)} rows (${rowsShown} shown)` : '0 rows');
  }
  if (columnsShown < columns) parts.push(`${columns} columns (${columnsShown} shown)`);
  return parts.length === 0 ? '' : `  ${parts.join(', ')}\n`;
}

function grouped(n: number): string {
  return n.toLocaleString('en-US');
}
