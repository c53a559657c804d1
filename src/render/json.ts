import type { Write } from './render.ts';
import type { Cell, ResultSource } from './result-source.ts';

/**
 * Writes an array with one object a row. Lists, structs and maps are JSON of their own, integers and decimals keep all
 * their digits, other types are text; NaN and the infinities, for which JSON has no word, become null.
 */
export async function renderJson(source: ResultSource, write: Write): Promise<void> {
  const keys = uniqueNames(source.columns.map((column) => column.name)).map((name) => JSON.stringify(name));
  let separator = '[';
  for await (const chunk of source.chunks()) {
    const rows = await source.jsons(chunk);
    for (const row of rows) {
      await write(`${separator}{${row.map((cell, index) => `${keys[index]}:${jsonText(cell)}`).join(',')}}`);
      separator = ',\n';
    }
  }
  await write(separator === '[' ? '[]\n' : ']\n');
}

/** DuckDB writes NaN and Infinity as bare words; strings are passed over whole. */
function jsonText(cell: Cell): string {
  if (cell === null) return 'null';
  if (!/NaN|Infinity/.test(cell)) return cell;
  return cell.replace(/"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g, (token) => (token.startsWith('"') ? token : 'null'));
}

/** `a, a` becomes `a, a_1`: an object has each key once. */
function uniqueNames(names: string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let n = 1; taken.has(unique); n++) unique = `${name}_${n}`;
    taken.add(unique);
    return unique;
  });
}
