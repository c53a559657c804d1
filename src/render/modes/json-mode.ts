import type { Write } from '../render.ts';
import type { ResultSource } from '../result-source.ts';

/**
 * Writes an array with one object a row as DuckDB's shell does: wide integers and decimals are strings, NaN and Infinity
 * are bare words, a name that stands twice is written twice.
 */
export async function renderJsonMode(source: ResultSource, write: Write): Promise<void> {
  let separator = '[';
  for await (const objects of objectsOf(source)) {
    await write(separator + objects.join(',\n'));
    separator = ',\n';
  }
  await write(separator === '[' ? '[]\n' : ']\n');
}

/** Writes one object a row and a line; for no rows an empty line, as DuckDB's shell does. */
export async function renderJsonLines(source: ResultSource, write: Write): Promise<void> {
  for await (const objects of objectsOf(source)) await write(`${objects.join('\n')}\n`);
  if (source.rowCount === 0) await write('\n');
}

async function* objectsOf(source: ResultSource): AsyncGenerator<string[]> {
  const keys = source.columns.map((column) => JSON.stringify(column.name));
  for await (const chunk of source.chunks()) {
    const rows = await source.shellJsons(chunk);
    yield rows.map((row) => `{${row.map((cell, index) => `${keys[index]}:${cell ?? 'null'}`).join(',')}}`);
  }
}
