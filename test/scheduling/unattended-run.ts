import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from '../../src/index.ts';
import { ducktopics, type Ended, ended, startDucktopics } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export const folder = temporaryFolder();
// What killed processes leave behind goes with it.
process.env.TMPDIR = folder;
export const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 42';
let files = 0;

/** Writes a script and returns its path. */
export function script(sql: string): string {
  const file = join(folder, `script-${files++}.sql`);
  writeFileSync(file, sql);
  return file;
}

/** The path of a database that is not there yet. */
export function newDatabase(): string {
  return join(folder, `database-${files++}.duckdb`);
}

/** No endpoint but the one that a test names. */
const noEndpoint = { OPENAI_API_KEY: '', OPENAI_BASE_URL: '', DUCKTOPICS_CACHE: join(folder, 'cache') };

/** Runs a script with `ducktopics run`. */
export function run(sql: string, args: string[] = [], env: Record<string, string> = {}): Promise<Ended> {
  return ducktopics(['run', script(sql), ...args], { cwd: folder, env: { ...noEndpoint, ...env } });
}

export async function tablesOf(database: string): Promise<string[]> {
  await using db = await open(database, { readOnly: true });
  const rows = await db.query<{ name: string }>('SELECT table_name AS name FROM duckdb_tables() ORDER BY ALL');
  return rows.map(({ name }) => name);
}

/** One line of the log. */
export type Event = Record<string, unknown>;

export function eventsIn(stderr: string): Event[] {
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Starts a run that has made the table `made` and then does not end. */
export async function startEndless(database: string, ...args: string[]) {
  const file = script(`CREATE TABLE made AS SELECT 1;\n${endless};`);
  const child = startDucktopics(['run', file, '--db', database, ...args], { cwd: folder });
  const end = ended(child);
  await new Promise<void>((resolve) => {
    let seen = '';
    child.stderr.on('data', (data) => {
      seen += data;
      if (seen.includes('CREATE TABLE made')) resolve();
    });
    child.once('exit', () => resolve());
  });
  return { child, end, file };
}
