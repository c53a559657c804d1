import stringWidth from 'string-width';
import { fitColumns } from './fit-columns.ts';
import type { Write } from './render.ts';
import type { Cell, Column, ResultSource } from './result-source.ts';

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
    Math.max(stringWidth(name), stringWidth(type), ...rows.map((row) => stringWidth(row[index] ?? ''))),
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

type Align = 'left' | 'right' | 'centre';

const ellipsisColumn: Column = { name: '…', type: '…', isNumber: false };

/** The first and last rows as texts. Chunks between them are counted and let go. */
async function readEnds(
  source: ResultSource,
  maxRows: number,
): Promise<{ head: Cell[][]; tail: Cell[][]; count: number }> {
  const half = Math.ceil(maxRows / 2);
  let first: Cell[][] = [];
  let last: Parameters<ResultSource['texts']>[0][] = [];
  let count = 0;
  for await (const chunk of source.chunks()) {
    count += chunk.rowCount;
    if (first.length <= maxRows) first = first.concat(await source.texts(chunk));
    else {
      last.push(chunk);
      const rowsAfterFirst = last.slice(1).reduce((sum, { rowCount }) => sum + rowCount, 0);
      if (rowsAfterFirst >= half) last = last.slice(1);
    }
  }
  if (count <= maxRows) return { head: first, tail: [], count };
  const ending: Cell[][] = first.slice(half);
  for (const chunk of last) ending.push(...(await source.texts(chunk)));
  return { head: first.slice(0, half), tail: ending.slice(-(maxRows - half)), count };
}

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

/** Control characters as their escapes, so that a row stays one line. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => escapes[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

const escapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += stringWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

const segmenter = new Intl.Segmenter();

function pad(text: string, width: number, align: Align = 'left'): string {
  const space = Math.max(0, width - stringWidth(text));
  const before = align === 'left' ? 0 : align === 'right' ? space : Math.floor(space / 2);
  return ' '.repeat(before) + text + ' '.repeat(space - before);
}
