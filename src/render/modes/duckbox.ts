import stringWidth from 'string-width';
import { oneLine, pad, wrap } from '../cells.ts';
import { fitColumns } from '../fit-columns.ts';
import { readEnds } from '../read-ends.ts';
import type { Write } from '../render.ts';
import type { ResultSource } from '../result-source.ts';
import type { ModeOptions } from './mode.ts';

/** The three lines of dots take as much room as this many rows, which are shown instead. */
const dotLines = 3;

/** A box is never narrower than this for the sake of a narrow terminal. */
const leastLineWidth = 80;

interface DrawnColumn {
  name: string;
  type: string;
  isNumber: boolean;
  width: number;
  /** The text of one of the rows. */
  textOf: (row: string[]) => string;
}

/**
 * Draws DuckDB's box: names, types, the first and last rows, the number of rows and columns where some are left out. Where the
 * terminal is too narrow long values go on in the next line, then middle columns are left out.
 */
export async function renderDuckbox(source: ResultSource, write: Write, options: ModeOptions): Promise<void> {
  const { head, tail, count } = await readEnds(source, options.maxRows, dotLines);
  const shownRows = head.length + tail.length;
  const toTexts = (row: (string | null)[]) => row.map((cell) => oneLine(cell ?? options.nullValue));
  const first = head.map(toTexts);
  const last = tail.map(toTexts);
  const columns = drawnColumns(source, [...first, ...last], options.width);
  widen(columns, footerTexts(count, shownRows, columns, source));

  const rule = ([left, inner, right]: string) =>
    `${left}${columns.map(({ width }) => '─'.repeat(width + 2)).join(inner)}${right}\n`;
  const centred = (texts: string[]) =>
    line(texts.map((text, index) => pad(text, columns[index]?.width ?? 0, 'centre')));
  const tallest = Math.max(1, Math.floor(40 / Math.max(1, shownRows)));
  let isFirst = true;
  const drawRows = (rows: string[][]) =>
    rows
      .map((row) => {
        const lines = rowLines(row, columns, tallest);
        const text = lines.map(line).join('');
        const separator = !isFirst && lines.length > 1 ? rule('├┼┤') : '';
        isFirst = false;
        return separator + text;
      })
      .join('');

  let text = rule('┌┬┐') + centred(columns.map(({ name }) => name)) + centred(columns.map(({ type }) => type));
  if (count > 0) text += rule('├┼┤');
  text += drawRows(first);
  if (last.length > 0) text += dots(columns, first.at(-1) ?? []).repeat(dotLines);
  text += drawRows(last) + rule('└┴┘');
  await write(text + footer(footerTexts(count, shownRows, columns, source), lineWidth(columns)));
}

/** The columns that fit, with their widths; a column of `…` stands for those in the middle that do not. */
function drawnColumns(source: ResultSource, rows: string[][], width: number | undefined): DrawnColumn[] {
  const natural = source.columns.map(({ name, type }, index) =>
    rows.reduce(
      (most, row) => Math.max(most, stringWidth(row[index] ?? '')),
      Math.max(stringWidth(oneLine(name)), stringWidth(type)),
    ),
  );
  const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(width, leastLineWidth);
  return fitColumns(natural, room).map(({ index, width: fitted }) => {
    const column = index === undefined ? undefined : source.columns[index];
    if (index === undefined || column === undefined) {
      return { name: '…', type: '…', isNumber: false, width: fitted, textOf: () => '…' };
    }
    const { name, type, isNumber } = column;
    return { name: oneLine(name), type, isNumber, width: fitted, textOf: (row) => row[index] ?? '' };
  });
}

/** One row as the lines that it takes, at most `tallest`. */
function rowLines(row: string[], columns: DrawnColumn[], tallest: number): string[][] {
  const cells = columns.map(({ textOf, width }) => limit(wrap(textOf(row), width), tallest, width));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, index) =>
    columns.map(({ width, isNumber }, column) => pad(cells[column]?.[index] ?? '', width, isNumber ? 'right' : 'left')),
  );
}

function limit(lines: string[], tallest: number, width: number): string[] {
  if (lines.length <= tallest) return lines;
  const last = wrap(lines[tallest - 1] ?? '', width - 1)[0] ?? '';
  return [...lines.slice(0, tallest - 1), `${last}…`];
}

/** A line with a dot in the middle of where the values of the row above stand. */
function dots(columns: DrawnColumn[], above: string[]): string {
  return line(
    columns.map(({ width, isNumber, textOf }) => {
      const offset = Math.floor((Math.min(width, stringWidth(textOf(above))) - 1) / 2);
      return isNumber ? pad(`·${' '.repeat(offset)}`, width, 'right') : pad(`${' '.repeat(offset)}·`, width);
    }),
  );
}

function line(cells: string[]): string {
  return `│${cells.map((cell) => ` ${cell} `).join('│')}│\n`;
}

function lineWidth(columns: DrawnColumn[]): number {
  return columns.reduce((sum, { width }) => sum + width + 3, 1);
}

interface Footer {
  rows: string;
  shown: string;
  columns: string;
  isColumnHidden: boolean;
}

/** What stands below the box; undefined where all is shown. */
function footerTexts(
  count: number,
  shownRows: number,
  columns: DrawnColumn[],
  source: ResultSource,
): Footer | undefined {
  const isColumnHidden = columns.length < source.columns.length || columns.some(({ name }) => name === '…');
  if (count > 0 && shownRows === count && !isColumnHidden) return undefined;
  const total = source.columns.length;
  return {
    rows: `${count} rows`,
    shown: shownRows < count ? `(${shownRows} shown)` : '',
    columns: isColumnHidden ? `${total} columns (${columns.length - 1} shown)` : total === 1 ? '' : `${total} columns`,
    isColumnHidden,
  };
}

/** Makes the box wide enough for what stands below it. */
function widen(columns: DrawnColumn[], texts: Footer | undefined): void {
  const last = columns.at(-1);
  if (texts === undefined || last === undefined) return;
  const needed = Math.max(texts.rows.length, texts.shown.length) + 4;
  last.width += Math.max(0, needed - lineWidth(columns));
}

function footer(texts: Footer | undefined, width: number): string {
  if (texts === undefined) return '';
  const left = [texts.rows, texts.shown].filter((text) => text !== '').join(' ');
  if (texts.isColumnHidden || (texts.shown !== '' && texts.columns !== '' && left.length + texts.columns.length + 6 <= width)) {
    const space = Math.max(2, width - left.length - texts.columns.length - 4);
    return `  ${left}${' '.repeat(space)}${texts.columns}\n`;
  }
  return [texts.rows, texts.shown]
    .filter((text) => text !== '')
    .map((text) => `${pad(text, width, 'centre').trimEnd()}\n`)
    .join('');
}
