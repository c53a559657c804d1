import type { Cell, ResultSource } from './result-source.ts';

/** The first and the last rows of a result as texts, and the number of all. */
export interface Ends {
  head: Cell[][];
  /** Empty when `head` has all rows. */
  tail: Cell[][];
  count: number;
}

/**
 * Reads a result to its end and keeps the first and last half of `maxRows`; chunks between them are counted and let go. Up to
 * `slack` rows more than `maxRows` are kept whole.
 */
export async function readEnds(source: ResultSource, maxRows: number, slack = 0): Promise<Ends> {
  const half = Math.ceil(maxRows / 2);
  const limit = maxRows + slack;
  const first: Cell[][] = [];
  let last: Parameters<ResultSource['texts']>[0][] = [];
  let count = 0;
  for await (const chunk of source.chunks()) {
    count += chunk.rowCount;
    if (first.length <= limit) for (const row of await source.texts(chunk)) first.push(row);
    else {
      last.push(chunk);
      const rowsAfterFirst = last.slice(1).reduce((sum, { rowCount }) => sum + rowCount, 0);
      if (rowsAfterFirst >= half) last = last.slice(1);
    }
  }
  if (count <= limit) return { head: first, tail: [], count };
  const ending: Cell[][] = first.slice(half);
  for (const chunk of last) for (const row of await source.texts(chunk)) ending.push(row);
  return { head: first.slice(0, half), tail: ending.slice(ending.length - (maxRows - half)), count };
}
