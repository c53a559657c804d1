import { DuckTopicsError, messageOf } from '../../errors.ts';
import { Interrupted } from '../interrupt.ts';
import { StatementError } from '../statement-error.ts';
import { EndpointFailure } from './endpoint-failure.ts';
import { Locked } from './lock.ts';
import { TimedOut } from './time-limit.ts';
import { CommitFailed, UnbalancedScript } from './transaction.ts';

/** How a run failed. A name is a promise: schedulers and log filters go by it. */
export type FailureKind =
  | 'bad_sql'
  | 'bad_data'
  | 'no_input'
  | 'endpoint'
  | 'internal'
  | 'machine'
  | 'locked'
  | 'timeout'
  | 'interrupted';

/**
 * The exit codes of `run`: those of BSD's sysexits.h where one fits, 3 for a wrong script as in psql, 124 for a time limit as in
 * timeout(1), 128 + the signal as in shells.
 */
export const exitCodes: Record<Exclude<FailureKind, 'interrupted'>, number> = {
  bad_sql: 3,
  bad_data: 65,
  no_input: 66,
  endpoint: 69,
  internal: 70,
  machine: 74,
  locked: 75,
  timeout: 124,
};

/** Where a statement did not stop in time, the process kills itself: what shells say of SIGKILL, as timeout(1) does. */
export const killedExitCode = 137;

export interface Failure {
  kind: FailureKind;
  exitCode: number;
}

/** What kind of failure an error is. `endpointFailed`: a question to the endpoint had failed in the statement that threw. */
export function failureOf(error: unknown, endpointFailed = false): Failure {
  if (error instanceof Interrupted) return { kind: 'interrupted', exitCode: error.exitCode };
  const kind = kindOf(error, endpointFailed);
  return { kind, exitCode: exitCodes[kind] };
}

function kindOf(error: unknown, endpointFailed: boolean): keyof typeof exitCodes {
  if (error instanceof Locked) return 'locked';
  if (error instanceof TimedOut) return 'timeout';
  if (error instanceof EndpointFailure) return 'endpoint';
  if (error instanceof UnbalancedScript) return 'bad_sql';
  const message = error instanceof StatementError || error instanceof CommitFailed ? error.reason : messageOf(error);
  const [, kind] = patterns.find(([pattern]) => pattern.test(message)) ?? [];
  if (endpointFailed && kind === 'bad_data') return 'endpoint';
  if (kind !== undefined) return kind;
  return error instanceof DuckTopicsError ? 'no_input' : 'internal';
}

/** DuckDB's errors by their first words, the first pattern that fits. */
const patterns: [RegExp, keyof typeof exitCodes][] = [
  [/Conflicting lock is held/, 'locked'],
  [/the budget is used up/, 'endpoint'],
  [/^(IO Error: )?No files found that match|^(IO|Binder|Invalid Input) Error: .*no such file/i, 'no_input'],
  [/in read-only mode/, 'bad_sql'],
  [/^TransactionContext Error: Failed to commit: .*constraint/i, 'bad_data'],
  [
    /^(Conversion|Constraint|Out of Range|Invalid Input|Mismatch Type|Decimal|Divide by Zero|Sequence) Error: /,
    'bad_data',
  ],
  [/^(IO|Out of Memory|Network|Object Size) Error: /, 'machine'],
  [/^HTTP Error: /, 'endpoint'],
  [/^(INTERNAL|FATAL|Index|Serialization|NullPointer) Error: /, 'internal'],
  [/^[A-Z][A-Za-z ]* Error: /, 'bad_sql'],
];
