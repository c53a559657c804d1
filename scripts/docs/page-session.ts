import type { DuckDBResult } from '@duckdb/node-api';
import { hasRows } from '../../src/cli/print-result.ts';
import { type DuckTopics, open } from '../../src/open.ts';
import { runStatement } from '../../src/sql/run-statement.ts';
import { splitStatements } from '../../src/sql/split-statements.ts';
import { drawnTable } from './drawn-table.ts';

/** The SQL of a page: a session in the current folder, as in a shell that is left before a command runs. */
export class PageSession {
  #database = 'topics.duckdb';
  #open: DuckTopics | undefined;

  /** Names the database file of the statements that follow. */
  async use(database: string): Promise<void> {
    if (database !== this.#database) await this.leave();
    this.#database = database;
  }

  /** Lets go of the file, so that another process can have it; what is temporary is gone. */
  async leave(): Promise<void> {
    await this.#open?.[Symbol.asyncDispose]();
    this.#open = undefined;
  }

  /** Runs the statements and returns the table of the last one that has rows, or undefined where none has. */
  async run(sql: string): Promise<string | undefined> {
    this.#open ??= await open(this.#database, {
      labelling: { provider: 'keywords', embeddings: 'offline', cache: '.cache' },
    });
    const { connection, instance } = this.#open;
    let table: DuckDBResult | undefined;
    for await (const statement of splitStatements(connection, sql)) {
      const result = await runStatement(connection, statement);
      if (hasRows(result)) table = result;
    }
    return table && (await drawnTable(instance, table, 40));
  }
}
