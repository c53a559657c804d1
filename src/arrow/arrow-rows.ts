import { BIGINT } from '@duckdb/node-api';
import { registerScan, type ScanConnection, type ScanSource } from './scan-function.ts';

/** What the statements that run now read from. */
const sources = new Map<bigint, ScanSource>();
let nextId = 1n;

/**
 * Makes `_arrow_rows(id)` known to the database of a connection, which `insertArrow` reads from. Best done before any transaction: one
 * that does it first keeps others from doing so until it ends.
 */
export async function registerArrowRows(connection: Partial<ScanConnection>): Promise<void> {
  if (connection.registerTableFunction === undefined) return;
  await registerScan(connection as ScanConnection, {
    name: '_arrow_rows',
    parameterType: BIGINT,
    caller: 'insertArrow',
    open: (id) => sourceOf(id as bigint),
  });
}

/** Lets a statement read from `source` as `_arrow_rows(id)`, as long as `work` runs. */
export async function withArrowRows<T>(source: ScanSource, work: (id: bigint) => Promise<T>): Promise<T> {
  const id = nextId++;
  sources.set(id, source);
  try {
    return await work(id);
  } finally {
    sources.delete(id);
  }
}

function sourceOf(id: bigint): ScanSource {
  const source = sources.get(id);
  if (source === undefined) throw new Error('unknown rows');
  return source;
}
