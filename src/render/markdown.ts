import type { Write } from './render.ts';
import type { Cell, ResultSource } from './result-source.ts';

/** Writes a Markdown table; numbers are aligned to the right. */
export async function renderMarkdown(source: ResultSource, write: Write): Promise<void> {
  await write(line(source.columns.map((column) => column.name)));
  await write(`|${source.columns.map((column) => (column.isNumber ? '---:' : '---')).join('|')}|\n`);
  for await (const chunk of source.chunks()) {
    await write((await source.texts(chunk)).map(line).join(''));
  }
}

function line(cells: Cell[]): string {
  return `| ${cells.map((cell) => markdownField(cell ?? 'NULL')).join(' | ')} |\n`;
}

/** A text as it stands in a Markdown table: bars escaped, line breaks as `<br>`. */
export function markdownField(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll(/\r\n|\r|\n/g, '<br>');
}
