import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, ended } from '../support/command.ts';
import { preparePython } from '../support/python.ts';
import { pythonPackage } from '../support/python-packages.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** The version of DuckDB whose shell and extensions are used. */
const version = '1.5.5';

export interface StockShell {
  /** Why there is no shell; undefined when there is. Give it to a test's `skip`. */
  missing: string | undefined;
  /** A home folder in which DuckDB finds `quack` and `httpfs` installed. */
  home: string;
  /** The folder of the extensions' files. */
  extensions: string;
  /** Runs the stock `duckdb` shell with SQL on standard input; it prints CSV. */
  run(sql: string, options?: ShellOptions): Promise<Ended>;
}

export interface ShellOptions {
  args?: string[];
  /** Called with what ends the process at once. */
  onStart?: (kill: () => void) => void;
}

/** The stock `duckdb` shell and the extensions that the field installs with INSTALL; all of them wheels of PyPI. */
export async function prepareStockShell(): Promise<StockShell> {
  const python = await preparePython();
  const home = temporaryFolder();
  const extensions = join(
    home,
    '.duckdb',
    'extensions',
    `v${version}`,
    `linux_${process.arch.replace('x64', 'amd64')}`,
  );
  if (python.missing !== undefined) return { missing: python.missing, home, extensions, run: () => Promise.reject() };
  mkdirSync(extensions, { recursive: true });
  for (const name of ['quack', 'httpfs']) {
    const packages = await pythonPackage(python, `duckdb-extension-${name}`, version);
    const file = `${name}.duckdb_extension`;
    symlinkSync(join(packages, `duckdb_extension_${name}`, 'extensions', `v${version}`, file), join(extensions, file));
  }
  // The program itself: the script of the wheel would stand between it and a signal.
  const program = await python.run(
    "import duckdb_cli, os; print(os.path.join(os.path.dirname(duckdb_cli.__file__), 'duckdb'))",
  );
  return { missing: undefined, home, extensions, run: (sql, options) => runShell(program, home, sql, options) };
}

function runShell(program: string, home: string, sql: string, { args = [], onStart }: ShellOptions = {}) {
  const child = spawn(program, ['-csv', ...args], { env: { ...process.env, HOME: home } });
  onStart?.(() => child.kill('SIGKILL'));
  // A shell that has been killed reads no more.
  child.stdin.on('error', () => {});
  child.stdin.end(sql);
  return ended(child);
}
