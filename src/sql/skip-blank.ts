/** The position of the first character, at or after `position`, that is no white space, comment or lone semicolon. */
export function skipBlank(sql: string, position: number): number {
  for (;;) {
    if (/[\s;]/.test(sql.charAt(position))) position++;
    else if (sql.startsWith('--', position)) position = lineEnd(sql, position);
    else if (sql.startsWith('/*', position)) {
      const end = blockCommentEnd(sql, position);
      if (end === undefined) return position;
      position = end;
    } else return position;
  }
}

function lineEnd(sql: string, position: number): number {
  const end = sql.indexOf('\n', position);
  return end < 0 ? sql.length : end;
}

/** Block comments nest, as in DuckDB. Undefined when the comment has no end. */
function blockCommentEnd(sql: string, position: number): number | undefined {
  let depth = 0;
  while (position < sql.length) {
    if (sql.startsWith('/*', position)) {
      depth++;
      position += 2;
    } else if (sql.startsWith('*/', position)) {
      depth--;
      position += 2;
      if (depth === 0) return position;
    } else position++;
  }
  return undefined;
}
