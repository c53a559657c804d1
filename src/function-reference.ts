import type { DuckDBConnection } from '@duckdb/node-api';
import { hostFunctions } from '../udfs/index.ts';
import { readArrow } from '../udfs/read-arrow.ts';
import { recordReferences } from './labelling/record-macros.ts';
import { readMacros } from './macros.ts';

/** What the reference says of one function: `ducktopics functions` and docs/functions.md print the same. */
export interface FunctionReference {
  name: string;
  kind: 'scalar' | 'aggregate' | 'table' | 'macro' | 'table macro';
  /** The call with its parameters; one for each set of parameters. */
  signatures: string[];
  /** The type of the result, or `table (column TYPE, ...)`. */
  returns: string;
  /** The first sentence stands alone in listings. */
  description: string;
  /** A statement that runs. */
  example: string;
  /** Whether the program that opened the database answers the calls: the stock duckdb shell does not have this function. */
  needsHost?: boolean;
}

/** Every function and macro by name: the native ones as the loaded extension describes them, the macros from their files. */
export async function readFunctionReference(connection: Pick<DuckDBConnection, 'run'>): Promise<FunctionReference[]> {
  const references = [
    ...(await readNative(connection)),
    ...readMacroReferences(),
    ...hostReferences(),
    { ...readArrow, kind: 'table' as const, needsHost: true },
    ...recordReferences.map((reference) => ({ ...reference, needsHost: true })),
  ];
  return references.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The first sentence of a description. */
export function summaryOf(description: string): string {
  const text = description.split('\n\n', 1)[0]?.replaceAll(/\s+/g, ' ') ?? '';
  return /^.*?[.](?=\s|$)/.exec(text)?.[0] ?? text;
}

interface NativeRow {
  name: string;
  kind: 'scalar' | 'aggregate' | 'table';
  /** Separated by commas; optional ones as `name := default`. */
  parameters: string;
  returns: string;
  description: string;
  example: string;
}

async function readNative(connection: Pick<DuckDBConnection, 'run'>): Promise<FunctionReference[]> {
  const result = await connection.run('SELECT * FROM ducktopics_functions()');
  const byName = new Map<string, FunctionReference>();
  for (const row of (await result.getRowObjectsJS()) as unknown as NativeRow[]) {
    const signature = `${row.name}(${row.parameters})`;
    const known = byName.get(row.name);
    if (known === undefined) byName.set(row.name, { ...row, signatures: [signature] });
    else known.signatures.push(signature);
  }
  return [...byName.values()];
}

/** The functions written in TypeScript. */
function hostReferences(): FunctionReference[] {
  return hostFunctions.map(({ name, signatures, returns, description, example }) => ({
    name,
    kind: 'scalar',
    signatures: signatures.map((parameters) => `${name}(${parameters.join(', ')})`),
    returns,
    description,
    example,
    needsHost: true,
  }));
}

function readMacroReferences(): FunctionReference[] {
  return readMacros().flatMap(({ name, documentation }) => {
    if (documentation === undefined) return [];
    const { signature, ...rest } = documentation;
    const kind = rest.returns.startsWith('table') ? 'table macro' : 'macro';
    return [{ name, kind, signatures: [signature], ...rest } satisfies FunctionReference];
  });
}
