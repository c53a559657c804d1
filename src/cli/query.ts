import { text } from 'node:stream/consumers';
import type { DuckDBResult } from '@duckdb/node-api';
import type { FormatName } from '../render/format-names.ts';
import { runStatement } from '../sql/run-statement.ts';
import { type Statement, splitStatements } from '../sql/split-statements.ts';
import type { DatabaseOptions } from './database-options.ts';
import { hasRows, type PrintOptions, ResultPrinter } from './print-result.ts';
import { StatementError } from './statement-error.ts';
import { timeZoneOf } from './time-zone.ts';
import { withDatabase } from './with-database.ts';

export interface QueryOptions extends DatabaseOptions, Omit<PrintOptions, 'format'> {
  format: FormatName | 'arrow';
}

/** Runs the statements of `sql` (`-`: of standard input) and prints the result of the last one that has rows. */
export async function query(sql: string, options: QueryOptions): Promise<void> {
  const script = sql === '-' ? await text(process.stdin) : sql;
  const place = sql === '-' ? 'standard input' : 'query';
  const { format, ...rest } = options;
  if (format === 'arrow') {
    const { queryArrow } = await import('./query-arrow.ts');
    return queryArrow(script, place, rest);
  }
  await withDatabase(options, async (db, checkpoint, stopped) => {
    const printer = new ResultPrinter(db, { ...rest, format }, stopped);
    let toPrint: { result: DuckDBResult; timeZone: string } | undefined;
    for await (const { statement, isLast } of withLast(splitStatements(db.connection, script))) {
      checkpoint();
      try {
        const timeZone = await timeZoneOf(db.connection);
        const result = await runStatement(db.connection, statement);
        if (hasRows(result)) toPrint = { result, timeZone };
        if (isLast && toPrint !== undefined) await printer.print(toPrint.result, toPrint.timeZone);
      } catch (error) {
        checkpoint();
        throw new StatementError(place, statement, error);
      }
    }
  });
}

/** The statements, each with whether it is the last. */
export async function* withLast(
  statements: AsyncIterable<Statement>,
): AsyncGenerator<{ statement: Statement; isLast: boolean }> {
  let previous: Statement | undefined;
  for await (const statement of statements) {
    if (previous !== undefined) yield { statement: previous, isLast: false };
    previous = statement;
  }
  if (previous !== undefined) yield { statement: previous, isLast: true };
}
