import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckTopicsError, messageOf } from '../../errors.ts';
import { splitStatements } from '../../sql/split-statements.ts';
import { runScript, type Script, type ScriptRun } from '../run-script.ts';
import { mendOf } from '../sql-mends.ts';

/** What DuckDB found wrong only when all statements were done. */
export class CommitFailed extends DuckTopicsError {
  readonly reason: string;

  constructor(script: string, cause: unknown) {
    const reason = messageOf(cause).trimEnd();
    super(`${script}: ${reason}`, { mend: mendOf(reason), cause });
    this.reason = reason;
  }
}

/** A script that begins a transaction and does not end it, or ends one that it did not begin. */
export class UnbalancedScript extends DuckTopicsError {}

/**
 * Runs a script in one transaction: all of it is kept, or, after an error, a time limit or a signal, nothing.
 *
 * A script that begins transactions itself is left to do so, and one that says `-- ducktopics: no transaction` above its first statement
 * keeps each statement when it ends. `onRolledBack` is called when what a transaction had done is given up. A script that ends a
 * transaction before it begins one is refused, and nothing of it runs: half of it would be kept.
 */
export async function runInTransaction(
  connection: DuckDBConnection,
  script: Script,
  run: ScriptRun,
  onRolledBack: () => void,
): Promise<void> {
  const isOurs = !saysNoTransaction(script.text) && !(await managesTransactions(connection, script));
  if (isOurs) await connection.run('BEGIN');
  try {
    await runScript(connection, script, run);
    run.checkpoint();
    if (isOurs) await commit(connection, script, run.checkpoint, onRolledBack);
    else if (await isInTransaction(connection)) {
      throw new UnbalancedScript(`invalid script: ${script.name} ends inside the transaction that it began`, {
        mend: 'end it with: COMMIT;',
      });
    }
  } catch (error) {
    if (await rollBack(connection)) onRolledBack();
    throw error;
  }
}

/** Whether the comments above the first statement ask for no transaction. */
export function saysNoTransaction(text: string): boolean {
  const [head = ''] = /^\uFEFF?(\s*--[^\n]*(\n|$)|\s+)*/.exec(text) ?? [];
  return /^\s*--\s*ducktopics:\s*no\s+transaction\s*$/im.test(head);
}

async function managesTransactions(connection: DuckDBConnection, script: Script): Promise<boolean> {
  for await (const { text, line } of splitStatements(connection, script.text)) {
    if (/^(BEGIN|START\s+TRANSACTION)\b/i.test(text)) return true;
    const [end] = /^(COMMIT|END|ROLLBACK|ABORT)\b/i.exec(text) ?? [];
    if (end === undefined) continue;
    throw new UnbalancedScript(`invalid script: ${script.name}:${line}: ${end.toUpperCase()} without BEGIN`, {
      mend: 'leave it out: a script is one transaction; or begin the transaction with: BEGIN;',
    });
  }
  return false;
}

/** Where it fails, DuckDB has rolled back already. */
async function commit(
  connection: DuckDBConnection,
  script: Script,
  checkpoint: () => void,
  onRolledBack: () => void,
): Promise<void> {
  try {
    await connection.run('COMMIT');
  } catch (error) {
    onRolledBack();
    checkpoint();
    throw new CommitFailed(script.name, error);
  }
}

async function isInTransaction(connection: DuckDBConnection): Promise<boolean> {
  try {
    await connection.run('BEGIN');
  } catch (error) {
    if (/within a transaction/.test(messageOf(error))) return true;
    throw error;
  }
  await connection.run('ROLLBACK');
  return false;
}

/** Ends the transaction, if there is one. Where that is interrupted too, the end of the connection does it. */
async function rollBack(connection: DuckDBConnection): Promise<boolean> {
  try {
    await connection.run('ROLLBACK');
    return true;
  } catch (error) {
    return !/no transaction is active/.test(messageOf(error));
  }
}
