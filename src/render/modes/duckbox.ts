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
  /** How many columns the one of `…` stands for; 0 for the others. */
  hiddenColumns: number;
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
  const footer = footerOf(count, shownRows, columns);
  widen(columns, footer);

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
  if (footer !== undefined) text += drawFooter(footer, lineWidth(columns));
  await write(text);
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
  const shown = fitColumns(natural, room);
  return shown.map(({ index, width: fitted }) => {
    const column = index === undefined ? undefined : source.columns[index];
    if (index === undefined || column === undefined) {
      const hiddenColumns = source.columns.length - shown.length + 1;
      return { name: '…', type: '…', isNumber: false, width: fitted, hiddenColumns, textOf: () => '…' };
    }
    const { name, type, isNumber } = column;
    return { name: oneLine(name), type, isNumber, width: fitted, hiddenColumns: 0, textOf: (row) => row[index] ?? '' };
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

/** What stands below the box. */
interface Footer {
  rows: string;
  /** Empty where all rows are shown. */
  shown: string;
  /** Empty for one column. */
  columns: string;
  isColumnHidden: boolean;
}

/** Ten rows and more are counted where there is room for it, fewer only where something is left out. */
function footerOf(count: number, shownRows: number, columns: DrawnColumn[]): Footer | undefined {
  const hidden = columns.find(({ hiddenColumns }) => hiddenColumns > 0)?.hiddenColumns ?? 0;
  const hasRoom = count >= 10 && `${count} rows`.length + 4 <= lineWidth(columns);
  if (count > 0 && shownRows === count && hidden === 0 && !hasRoom) return undefined;
  const drawn = columns.length - (hidden > 0 ? 1 : 0);
  const total = drawn + hidden;
  const columnsShown = hidden > 0 ? `${total} columns (${drawn} shown)` : `${total} columns`;
  return {
    rows: `${count} rows`,
    shown: shownRows < count ? `(${shownRows} shown)` : '',
    columns: total === 1 || count === 0 ? '' : columnsShown,
    isColumnHidden: hidden > 0,
  };
}

/** Makes the box wide enough for what stands below it. */
function widen(columns: DrawnColumn[], footer: Footer | undefined): void {
  const last = columns.at(-1);
  if (footer === undefined || last === undefined) return;
  const needed = Math.max(footer.rows.length, footer.shown.length) + 4;
  last.width += Math.max(0, needed - lineWidth(columns));
}

/** The rows to the left and the columns to the right where there is room, otherwise one below the other. */
function drawFooter({ rows, shown, columns, isColumnHidden }: Footer, width: number): string {
  const both = shown === '' ? rows : `${rows} ${shown}`;
  const fits = (left: string) => left.length + columns.length + 6 <= width;
  const sides = (left: string) =>
    `  ${left}${' '.repeat(Math.max(2, width - left.length - columns.length - 4))}${columns}\n`;
  const centred = (text: string) => `${pad(text, width, 'centre').trimEnd()}\n`;
  if (columns === '') return both.length + 4 <= width ? centred(both) : centred(rows) + centred(shown);
  if (isColumnHidden || fits(both)) return sides(both);
  if (fits(rows)) return sides(rows) + (shown === '' ? '' : `  ${shown}\n`);
  return centred(rows) + (shown === '' ? '' : centred(shown));
}
