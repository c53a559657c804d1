import type { DuckDBResult } from '@duckdb/node-api';
import { pad } from '../render/cells.ts';
import type { Write } from '../render/render.ts';

/** Writes the result of EXPLAIN: the drawing of each plan under its name. */
export async function printPlan(result: DuckDBResult, write: Write): Promise<void> {
  for (const [key, plan] of await result.getRows()) {
    const title = titles[String(key)];
    if (title !== undefined) await write(heading(title));
    await write(String(plan));
  }
}

/** EXPLAIN ANALYZE draws its own heading. */
const titles: Record<string, string> = {
  logical_plan: 'Unoptimized Logical Plan',
  logical_opt: 'Optimized Logical Plan',
  physical_plan: 'Physical Plan',
};

function heading(title: string): string {
  const line = '─'.repeat(27);
  return `\n┌─${line}─┐\n│┌${line}┐│\n││${pad(title, 27, 'centre')}││\n│└${line}┘│\n└─${line}─┘\n`;
}
