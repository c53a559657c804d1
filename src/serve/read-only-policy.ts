/** What `json_serialize_sql` gives for a text of SQL. */
export type SerializedSql =
  | { error: true; error_type: string; error_message: string }
  | { error: false; statements: unknown[] };

/** The function that Quack asks about each statement; see `SessionGate`. */
export const gateFunction = '_ducktopics_gate';

/**
 * Functions that a client of a read-only server may not call: they write files, read files past DuckDB's own limits, run SQL that
 * is made at run time, change the server, or touch the memory of its process.
 */
const forbidden = new Set([
  // Files that DuckDB's `enable_external_access` does not guard.
  'write_faiss',
  'write_faiss_index',
  'read_faiss',
  'read_npy',
  '_read_npy_sample',
  'read_arrow',
  'write_arrow',
  // Writes outside the database.
  'label_cache_clear',
  '_call_host',
  // SQL in a string, which cannot be looked into.
  'query',
  'json_execute_serialized_sql',
  // The server itself. The gate takes whoever asks for the session that is named.
  gateFunction,
  'checkpoint',
  'force_checkpoint',
  'enable_logging',
  'disable_logging',
  'truncate_duckdb_logs',
  'write_log',
  'enable_profiling',
  'disable_profiling',
  'enable_peg_parser',
  'disable_peg_parser',
  'check_peg_parser',
  // Addresses in memory.
  'arrow_scan',
  'arrow_scan_dumb',
]);

const transaction = /^\s*(BEGIN|START|COMMIT|END|ROLLBACK|ABORT)(\s+(TRANSACTION|WORK))?\s*(READ\s+ONLY)?\s*;?\s*$/i;

/** Whether a text only begins or ends a transaction; every attached shell sends such statements. */
export function isTransaction(sql: string): boolean {
  return transaction.test(sql);
}

/** What is left of `EXPLAIN SELECT ...`; the text itself where it is no EXPLAIN. */
export function withoutExplain(sql: string): string {
  return sql.replace(/^\s*EXPLAIN(\s+ANALYZE)?(\s*\(\s*FORMAT\s+\w+\s*\))?(?=\s)/i, '');
}

/**
 * Why a read-only server refuses a text of SQL; undefined where it may run.
 *
 * Only what DuckDB's own parser takes for SELECT may: FROM, WITH, VALUES, SHOW, DESCRIBE and SUMMARIZE are forms of it.
 */
export function refusalOf(serialized: SerializedSql): string | undefined {
  if (serialized.error) {
    return serialized.error_type === 'parser'
      ? serialized.error_message
      : 'this server is read-only, it runs SELECT and other statements that only read';
  }
  if (serialized.statements.length === 0) return 'missing statement';
  const name = forbiddenFunction(serialized.statements);
  return name === undefined ? undefined : `this server is read-only, it does not run ${name}()`;
}

/** The first function in a parsed statement that is forbidden; names are compared as DuckDB does, without regard to case. */
function forbiddenFunction(node: unknown): string | undefined {
  if (node === null || typeof node !== 'object') return undefined;
  const { function_name: name } = node as { function_name?: unknown };
  if (typeof name === 'string' && isForbidden(name.toLowerCase())) return name;
  for (const child of Object.values(node)) {
    const found = forbiddenFunction(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isForbidden(name: string): boolean {
  return forbidden.has(name) || name.startsWith('quack_');
}
