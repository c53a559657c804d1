import { DuckTopicsError } from '../errors.ts';
import { type FunctionReference, readFunctionReference, summaryOf } from '../function-reference.ts';
import { open } from '../open.ts';

/** Prints all functions in short, or one of them in full. */
export async function functions(name?: string): Promise<void> {
  await using db = await open();
  const all = await readFunctionReference(db.connection);
  const shown = name === undefined ? all : all.filter((reference) => reference.name === name.toLowerCase());
  if (shown.length === 0) {
    throw new DuckTopicsError(`unknown function: ${name}`, { mend: 'list them with: ducktopics functions' });
  }
  const texts = shown.map((reference) =>
    describe(reference, name === undefined ? summaryOf(reference.description) : reference.description),
  );
  process.stdout.write(texts.join('\n'));
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
