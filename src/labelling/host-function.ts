import type { Labeller, Scope } from './labeller.ts';

/** The arguments of one row, as JSON gives them; a parameter that was not given is missing. */
// biome-ignore lint/suspicious/noExplicitAny: the SQL macro casts each argument to the type that its signature names.
export type Arguments = any[];

/** A SQL function whose body is TypeScript: it may be asynchronous, and sees a whole chunk of rows at once. */
export interface HostFunction {
  readonly name: string;
  /** The parameters of each form, fewest first, as `texts VARCHAR[]`. */
  readonly signatures: readonly (readonly string[])[];
  /** The SQL type of the result. */
  readonly returns: string;
  /** The first sentence stands alone in listings; paragraphs are separated by an empty line. */
  readonly description: string;
  /** A statement that runs. */
  readonly example: string;
  /** The results of the rows, in their order; null is NULL. */
  run(rows: readonly Arguments[], labeller: Labeller, scope: Scope): Promise<unknown[]>;
}

/**
 * Runs a function of one row for all rows at once. When some fail, it still waits for the others, whose answers are cached by
 * then, and throws one error that counts the failures.
 */
export function eachRow(
  run: (args: Arguments, labeller: Labeller, scope: Scope) => Promise<unknown>,
): HostFunction['run'] {
  return async (rows, labeller, scope) => {
    const outcomes = await Promise.allSettled(rows.map((args) => run(args, labeller, scope)));
    scope.signal.throwIfAborted();
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    const [first] = failed;
    if (first === undefined) return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value);
    if (rows.length === 1) throw first.reason;
    const kept = 'the answers of the others are kept: run the statement again to ask only for what is missing';
    throw new Error(`${failed.length} of ${rows.length} rows failed: ${(first.reason as Error).message}; ${kept}`);
  };
}

/** A function without asynchronous parts or rows of its own: the same result for every row. */
export function once(run: (labeller: Labeller) => Promise<unknown>): HostFunction['run'] {
  return async (rows, labeller) => {
    const result = await run(labeller);
    return rows.map(() => result);
  };
}
