/**
 * An error that the reader can mend: `message` says what is wrong (lowercase, no full stop), `mend` names the command,
 * flag or call that puts it right.
 */
export class DuckTopicsError extends Error {
  override readonly name = 'DuckTopicsError';
  readonly mend: string | undefined;

  constructor(message: string, options: { mend?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.mend = options.mend;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
