import { readFileSync } from 'node:fs';

/** One statement of a file of SQL cases and what it must give. */
export interface SqlCase {
  /** The comment above the statement. */
  title: string;
  line: number;
  sql: string;
  /** The rows it must give, each as SQL: `(1, NULL)`. */
  rows: string[];
  /** A part of the error it must give. */
  error: string | undefined;
  /** Neither rows nor an error: it prepares what follows. */
  isSetup: boolean;
}

/**
 * Reads a file of SQL cases, which is SQL itself:
 *
 * ```sql
 * -- nearest_centroid_index(embedding, centroids) returns the position of the nearest
 * SELECT nearest_centroid_index([0.9], [[0.0], [1.0]]);
 * --> (1)
 *
 * -- nearest_centroid_index() refuses another dimension
 * SELECT nearest_centroid_index([1.0, 2.0], [[0.0]]);
 * --! expected 1 dimensions, got 2
 * ```
 *
 * A statement ends at a semicolon at the end of a line. `-->` lines are its rows, in order; `--> no rows` says that there are
 * none; `--!` is a part of its error. A statement without either prepares those that follow.
 */
export function readSqlCases(file: string): SqlCase[] {
  const cases: SqlCase[] = [];
  let title: string[] = [];
  let sql: string[] = [];
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    const [, mark, expected = ''] = /^--([>!]) (.*)$/.exec(line) ?? [];
    const last = cases.at(-1);
    if (mark !== undefined) {
      if (last === undefined || sql.length > 0)
        throw new Error(`${file}:${index + 1}: missing statement above ${line}`);
      last.isSetup = false;
      if (mark === '!') last.error = expected;
      else if (expected !== 'no rows') last.rows.push(expected);
    } else if (sql.length === 0 && line.trim() === '') title = [];
    else if (sql.length === 0 && line.startsWith('--')) title.push(line.slice(2).trim());
    else {
      sql.push(line);
      if (!line.trimEnd().endsWith(';')) continue;
      const start = index + 2 - sql.length;
      cases.push({
        title: title.join(' '),
        line: start,
        sql: sql.join('\n'),
        rows: [],
        error: undefined,
        isSetup: true,
      });
      [title, sql] = [[], []];
    }
  }
  if (sql.length > 0) throw new Error(`${file}: missing semicolon at the end of: ${sql.join('\n')}`);
  return cases;
}
