import type { Write } from './render.ts';
import type { Cell, ResultSource } from './result-source.ts';

/** Writes a header and one line a row (RFC 4180 quoting, lines end with `\n`). NULL is empty, an empty text is `""`. */
export async function renderCsv(source: ResultSource, write: Write): Promise<void> {
  await write(line(source.columns.map((column) => column.name)));
  for await (const chunk of source.chunks()) {
    await write((await source.texts(chunk)).map(line).join(''));
  }
}

function line(cells: Cell[]): string {
  return `${cells.map(field).join(',')}\n`;
}

function field(cell: Cell): string {
  if (cell === null) return '';
  return cell === '' || /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
