import { readFileSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

export interface Measures {
  seconds: number;
  cpuSeconds: number;
  /** Most memory that was resident, in bytes; what was resident before is counted. */
  peakBytes: number;
  /** The longest time in which the event loop stood still, in milliseconds. */
  eventLoopDelay: number;
}

/** Measures a job in this process, and prints when the clock starts and stops; `harness/job.ts` reads that. */
export async function onTheClock(job: () => Promise<void>): Promise<Measures> {
  const eventLoop = monitorEventLoopDelay({ resolution: 10 });
  eventLoop.enable();
  await turnOfTheLoop();
  resetPeak();
  console.log('start');
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  await job();
  const seconds = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const peakBytes = peak();
  console.log('stop');
  await turnOfTheLoop();
  eventLoop.disable();
  const eventLoopDelay = Math.max(0, eventLoop.max / 1e6);
  return { seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, peakBytes, eventLoopDelay };
}

/** Runs the job that the command line gives as JSON; its error is one line on standard error. */
export async function main<T>(job: (values: T) => Promise<void>): Promise<void> {
  try {
    await job(JSON.parse(process.argv[2] ?? '{}') as T);
  } catch (error) {
    console.error((error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' '));
    process.exitCode = 1;
  }
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
