import { existsSync } from 'node:fs';
import type { DuckDBTableFunction } from '@duckdb/node-api';
import { registerReadArrow } from '../udfs/read-arrow.ts';
import { registerArrowRows } from './arrow/arrow-rows.ts';
import { DuckTopicsError, messageOf } from './errors.ts';
import { Labelling } from './labelling/labelling.ts';
import type { LabellingOptions } from './labelling/settings.ts';
import { readMacros } from './macros.ts';
import { extensionPath, setupCommand } from './paths.ts';

/** What `register` uses of a connection; `DuckDBConnection` of `@duckdb/node-api` has it. */
export interface RegisterConnection {
  run(sql: string): Promise<unknown>;
  /** `register` replaces it, so that it also ends the requests that the running statement waits for. */
  interrupt?(): void;
  /** For `read_arrow` and `insertArrow`, which a connection without it does not get. */
  registerTableFunction?(tableFunction: DuckDBTableFunction): void;
}

export interface RegisterOptions {
  /** The file of the native extension. Default: the one that belongs to this package. */
  extensionPath?: string;
  /** How topics are named: the endpoint, its limits, the cache. Default: from the environment, else keywords. */
  labelling?: LabellingOptions | Labelling;
}

/**
 * Makes every function and macro of DuckTopics known to a connection.
 *
 * ```ts
 * const instance = await DuckDBInstance.create('messages.duckdb', { allow_unsigned_extensions: 'true' });
 * const connection = await instance.connect();
 * await register(connection);
 * ```
 *
 * It runs `LOAD '<extension>'`, which serves every connection of the instance, and `CREATE OR REPLACE TEMP MACRO ...`,
 * which serves this connection and leaves the database file as it was. Calling it again changes nothing.
 *
 * Throws `missing extension: ...` when the extension was not built, and `missing setting: allow_unsigned_extensions` when
 * the instance was created without it; that setting can only be given at creation.
 */
export async function register(connection: RegisterConnection, options: RegisterOptions = {}): Promise<void> {
  const file = options.extensionPath ?? extensionPath;
  if (!existsSync(file))
    throw new DuckTopicsError(`missing extension: ${file}`, { mend: `build it with: ${setupCommand}` });
  try {
    await connection.run(loadStatement(file));
  } catch (cause) {
    throw loadError(file, cause);
  }
  await connection.run(macroStatements());
  await registerReadArrow(connection);
  await registerArrowRows(connection);
  const { labelling } = options;
  await (labelling instanceof Labelling ? labelling : new Labelling(labelling)).attach(connection);
}

/** The statements that `register` runs, as one SQL script: the `-init` file of a stock `duckdb` shell. */
export function initSql(file = extensionPath): string {
  return `${loadStatement(file)}\n\n${macroStatements()}`;
}

let macroText: string | undefined;

function macroStatements(): string {
  macroText ??= readMacros()
    .map((macro) => `${macro.sql.trimEnd()}\n`)
    .join('\n');
  return macroText;
}

function loadStatement(file: string): string {
  return `LOAD '${file.replaceAll("'", "''")}';`;
}

function loadError(file: string, cause: unknown): DuckTopicsError {
  const message = messageOf(cause);
  if (/allow_unsigned_extensions|signature/i.test(message)) {
    return new DuckTopicsError('missing setting: allow_unsigned_extensions', {
      mend: "create the instance with: DuckDBInstance.create(path, { allow_unsigned_extensions: 'true' }), or use open(path)",
      cause,
    });
  }
  return new DuckTopicsError(`cannot load ${file}: ${message}`, { mend: `rebuild it with: ${setupCommand}`, cause });
}
