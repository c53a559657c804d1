import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckTopicsError } from '../errors.ts';
import { type FunctionReference, readFunctionReference, summaryOf } from '../function-reference.ts';
import { open } from '../open.ts';

/** Prints all functions in short, or one of them in full. */
export async function functions(name?: string): Promise<void> {
  await using db = await open();
  process.stdout.write(await functionsText(db.connection, name));
}

/** All functions in short, or one of them in full. Throws when there is none of that name. */
export async function functionsText(connection: DuckDBConnection, name?: string): Promise<string> {
  const all = await readFunctionReference(connection);
  const shown = name === undefined ? all : all.filter((reference) => reference.name === name.toLowerCase());
  if (shown.length === 0) {
    const similar = await similarName(connection, `${name}`.toLowerCase(), all);
    throw new DuckTopicsError(`unknown function: ${name}${similar === undefined ? '' : `, did you mean ${similar}?`}`, {
      mend: 'list them with: ducktopics functions',
    });
  }
  const texts = shown.map((reference) =>
    describe(reference, name === undefined ? summaryOf(reference.description) : reference.description),
  );
  return texts.join('\n');
}

/** The function whose name takes the fewest changes to become `name`, when no more than 3 letters have to change. */
async function similarName(
  connection: DuckDBConnection,
  name: string,
  all: FunctionReference[],
): Promise<string | undefined> {
  const result = await connection.run(
    `SELECT known FROM (SELECT unnest(string_split($2, ',')) AS known)
    WHERE damerau_levenshtein(known, $1) <= least(3, len($1) // 2) ORDER BY damerau_levenshtein(known, $1), known LIMIT 1`,
    [name, all.map((reference) => reference.name).join()],
  );
  const [nearest] = await result.getRowsJS();
  return nearest === undefined ? undefined : String(nearest[0]);
}

function describe(reference: FunctionReference, description: string): string {
  const lines = [
    ...reference.signatures,
    `  ${reference.kind}, returns ${reference.returns}`,
    ...description
      .split('\n')
      .flatMap((line) => wrap(line, 100))
      .map((line) => `  ${line}`.trimEnd()),
    ...reference.example.split('\n').map((line, index) => `${index === 0 ? '  > ' : '    '}${line}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Breaks a line between words so that no part is longer than `width`. */
function wrap(line: string, width: number): string[] {
  const lines = [''];
  for (const word of line.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
