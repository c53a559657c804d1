import { readFileSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { open } from '../../src/index.ts';
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
  const eventLoop = monitorEventLoopDelay({ resolution: 10 });
  eventLoop.enable();
  await turnOfTheLoop();
  resetPeak();
  console.log('start');
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  for (const step of job.steps) {
    const stepStart = performance.now();
    for (const statement of step.sql) await db.connection.run(statement);
    steps[step.name] = (performance.now() - stepStart) / 1000;
  }
  const seconds = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const peakBytes = peak();
  console.log('stop');
  await turnOfTheLoop();
  eventLoop.disable();

  for (const { sql, file } of job.save ?? []) await saveNpy(db.connection, sql, file);
  const [values = {}] = job.values === undefined ? [] : await db.query(job.values);
  const measures = { seconds, steps, cpuSeconds: (cpu.user + cpu.system) / 1e6, peakBytes };
  const eventLoopDelay = Math.max(0, eventLoop.max / 1e6);
  console.log(JSON.stringify({ ...measures, values: { ...plain(values), eventLoopDelay } }));
}

/** Lets the monitor of the event loop see that the loop turns: it counts the time between two such moments. */
async function turnOfTheLoop(): Promise<void> {
  await setTimeout(50);
}

/** Forgets the peak of resident memory so far; what is resident now stays counted. */
function resetPeak(): void {
  writeFileSync('/proc/self/clear_refs', '5');
}

function peak(): number {
  return 1024 * Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

function plain(row: Record<string, unknown>): Record<string, number | string> {
  const entries = Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? value : Number(value)]);
  return Object.fromEntries(entries);
}

try {
  await runSqlJob(JSON.parse(process.argv[2] ?? '{}') as SqlJob);
} catch (error) {
  console.error((error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' '));
  process.exitCode = 1;
}
