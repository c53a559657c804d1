import { type Expression, type RawBuilder, sql } from 'kysely';
import { DuckTopicsError } from '../errors.ts';

/**
 * The name of a table, view, CTE or file, as the macros take it.
 *
 * `topics` and `archive.topics` are names as Kysely writes them; a part with other characters is quoted, so that `my table` and `it's`
 * work. A file (`mail.parquet`, `data/*.parquet`) and a name whose parts are in double quotes already (`"odd.schema".topics`) stay as
 * they are. A name with a double quote in it is refused: DuckDB's `query_table`, by which the macros find a table, has no way to write
 * it.
 */
export type Relation = string;

/** A list of arguments that the macro takes by name; those that are undefined keep the macro's default. */
export type Named = Record<string, string | number | bigint | null | undefined>;

/**
 * A call of a function or macro: positional arguments, then named ones. Strings and numbers among them become literals, since a
 * macro's arguments must be known when the statement is bound.
 */
export function call<T>(name: string, positional: readonly Argument[], named: Named = {}): RawBuilder<T> {
  const args = positional.map((argument) => (isExpression(argument) ? argument : literal(name, argument)));
  for (const [parameter, value] of Object.entries(named)) {
    if (value !== undefined) args.push(sql`${sql.raw(parameter)} := ${literal(parameter, value)}`);
  }
  return sql<T>`${sql.raw(name)}(${sql.join(args)})`;
}

type Argument = Expression<unknown> | string | number | bigint | null;

/** The name as it stands in the macro's argument. */
export function relation(name: Relation): string {
  if (typeof name !== 'string' || name.trim() === '') {
    throw new DuckTopicsError(`invalid table name: ${JSON.stringify(name)}, expected a text`);
  }
  if (isQuoted(name)) return name;
  if (name.includes('"')) {
    throw new DuckTopicsError(`invalid table name: ${name}, expected one without a double quote`, {
      mend: `make a view with another name: CREATE VIEW other AS FROM "${name.replaceAll('"', '""')}"`,
    });
  }
  if (isFile(name)) return name;
  return name
    .split('.')
    .map((part) => (isPlain(part) ? part : `"${part}"`))
    .join('.');
}

function isPlain(part: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(part);
}

function isQuoted(name: string): boolean {
  return /^"[^"]+"(?:\.(?:"[^"]+"|[A-Za-z_][A-Za-z0-9_]*))*$|^[A-Za-z_][A-Za-z0-9_]*(?:\.(?:"[^"]+"|[A-Za-z_][A-Za-z0-9_]*))+$/.test(
    name,
  );
}

/** The same rule as in `_as_table`: a path, a pattern, or a name with the ending of a file that DuckDB reads. */
function isFile(name: string): boolean {
  return /[/*?]|[.](parquet|csv|tsv|json|jsonl|ndjson|npy|faiss|gz|zst)$/i.test(name);
}

function literal(name: string, value: string | number | bigint | null): RawBuilder<unknown> {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new DuckTopicsError(`invalid ${name}: ${value}, expected a finite number`);
  }
  return sql.lit(value);
}

function isExpression(argument: Argument): argument is Expression<unknown> {
  return typeof argument === 'object' && argument !== null;
}
