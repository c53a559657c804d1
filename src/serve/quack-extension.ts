import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DuckTopicsError, messageOf } from '../errors.ts';

/** What is used of a connection to load an extension of DuckDB. */
export interface LoadConnection {
  run(sql: string): Promise<unknown>;
}

/** What a Quack server needs of DuckDB's own extensions: the protocol, and the random numbers of its sessions. */
const needed = ['quack', 'httpfs'];

/**
 * Loads DuckDB's extensions `quack` and `httpfs`.
 *
 * Each is taken from the first of these places: the file `<folder>/<name>.duckdb_extension`, where a folder is given; the
 * extensions that are installed for this user (`LOAD`); DuckDB's repository, from which it is then installed (`INSTALL`).
 * Throws `missing extension: ...`, which says how to get it.
 */
export async function loadQuack(
  connection: LoadConnection,
  folder = process.env.DUCKTOPICS_DUCKDB_EXTENSIONS,
): Promise<void> {
  for (const name of needed) await loadExtension(connection, name, folder);
}

async function loadExtension(connection: LoadConnection, name: string, folder: string | undefined): Promise<void> {
  if (folder !== undefined && folder !== '') {
    const file = join(folder, `${name}.duckdb_extension`);
    if (!existsSync(file)) throw new DuckTopicsError(`missing extension: ${file}`, { mend: mendOf(name) });
    const failure = await attempt(connection, `LOAD '${file.replaceAll("'", "''")}'`);
    if (failure !== undefined) throw new DuckTopicsError(`cannot load ${file}: ${failure}`, { mend: mendOf(name) });
    return;
  }
  if ((await attempt(connection, `LOAD ${name}`)) === undefined) return;
  const failure = (await attempt(connection, `INSTALL ${name}`)) ?? (await attempt(connection, `LOAD ${name}`));
  if (failure !== undefined)
    throw new DuckTopicsError(`missing extension: ${name}, ${failure}`, { mend: mendOf(name) });
}

/** Runs a statement; the first line of its error, or undefined. */
async function attempt(connection: LoadConnection, sql: string): Promise<string | undefined> {
  try {
    await connection.run(sql);
    return undefined;
  } catch (error) {
    return messageOf(error).split('\n', 1)[0];
  }
}

function mendOf(name: string): string {
  return (
    `install it with: duckdb -c "INSTALL ${name}" (DuckDB 1.5.5), or take its file from the PyPI package ` +
    `duckdb-extension-${name}==1.5.5 and give the folder with --extensions or DUCKTOPICS_DUCKDB_EXTENSIONS`
  );
}
