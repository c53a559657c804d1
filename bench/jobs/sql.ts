import { open } from '../../src/index.ts';
import { main, onTheClock } from './clock.ts';
import { saveNpy } from './save-npy.ts';

export interface SqlJob {
  threads: number;
  /** File of the extension; the project's own where it is missing. */
  extension?: string | undefined;
  /** Statements before the clock starts. */
  prepare: string[];
  /** The job: each step's statements are timed together. */
  steps: { name: string; sql: string[] }[];
  /** Queries of one column, whose values are saved as a .npy file after the clock stopped. */
  save?: { sql: string; file: string }[];
  /** A query of one row, after the clock stopped; its columns are the run's values. */
  values?: string;
  /** Defines the functions of the `udf` comparison, with the centroids of this .npy file. */
  javascriptFunctions?: string;
}

/** Runs one job in this process and prints its measures; `harness/job.ts` reads them. */
async function runSqlJob(job: SqlJob): Promise<void> {
  await using db = await open(':memory:', {
    threads: job.threads,
    ...(job.extension === undefined ? {} : { extensionPath: job.extension }),
  });
  if (job.javascriptFunctions !== undefined) {
    const { registerJavaScriptFunctions } = await import('./javascript-functions.ts');
    registerJavaScriptFunctions(db.connection, job.javascriptFunctions);
  }
  for (const statement of job.prepare) await db.connection.run(statement);

  const steps: Record<string, number> = {};
  const { eventLoopDelay, ...measures } = await onTheClock(async () => {
    for (const step of job.steps) {
      const stepStart = performance.now();
      for (const statement of step.sql) await db.connection.run(statement);
      steps[step.name] = (performance.now() - stepStart) / 1000;
    }
  });

  for (const { sql, file } of job.save ?? []) await saveNpy(db.connection, sql, file);
  const [values = {}] = job.values === undefined ? [] : await db.query(job.values);
  console.log(JSON.stringify({ ...measures, steps, values: { ...plain(values), eventLoopDelay } }));
}

function plain(row: Record<string, unknown>): Record<string, number | string> {
  const entries = Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? value : Number(value)]);
  return Object.fromEntries(entries);
}

await main(runSqlJob);
