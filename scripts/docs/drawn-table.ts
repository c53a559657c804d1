import type { DuckDBInstance, DuckDBResult } from '@duckdb/node-api';
import { ResultSource } from '../../src/render/result-source.ts';
import { renderTable } from '../../src/render/table.ts';

/** A result as the documentation shows it: the table that the command prints, 110 characters wide. */
export async function drawnTable(instance: DuckDBInstance, result: DuckDBResult, maxRows: number): Promise<string> {
  const casts = await instance.connect();
  try {
    let text = '';
    const source = await ResultSource.open(result, casts);
    const write = async (piece: string) => {
      text += piece;
    };
    await renderTable(source, write, { width: 110, maxRows });
    return text.trimEnd();
  } finally {
    casts.closeSync();
  }
}
