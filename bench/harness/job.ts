import { spawn } from 'node:child_process';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { SqlJob } from '../jobs/sql.ts';
import { benchFolder } from './folders.ts';
import { pythonPath } from './python.ts';

/** What one process does: SQL in DuckDB with the extension loaded, a Python script of `bench/peers`, or a program of `bench/jobs`. */
export type Work =
  | { sql: SqlJob }
  | { script: string; values: Record<string, unknown> }
  | { program: string; values: object };

export interface Job {
  work: Work;
  /** Files that are read once before the process starts, so that they come from the page cache. */
  reads: string[];
  env?: Record<string, string>;
  /** Threads and cores; default: those of the limits. */
  threads?: number;
}

/** What a process reports of its job; all but `values` from start to end of the clock. */
export interface Run {
  seconds: number;
  /** Seconds of each step of the job. */
  steps: Record<string, number>;
  /** Processor seconds of the process, all threads. */
  cpuSeconds: number;
  /** Most memory that was resident, in bytes: what was loaded before the clock and mapped file pages included. */
  peakBytes: number;
  /** Most resident memory without file pages, looked at every 20 ms. */
  peakAnonymousBytes: number;
  /** Cores that other processes of the machine used meanwhile; a quiet machine is near 0. */
  foreignCores: number;
  /** Results, such as the number of rows. */
  values: Record<string, number | string>;
}

export interface Limits {
  threads: number;
  /** Seconds after which the process is ended. */
  limit: number;
}

/** A run that was ended because it took longer than the limit. */
export class NotFinished extends Error {}

/**
 * Runs a job in a process of its own on the first `threads` cores and returns its measures.
 * Throws `NotFinished` past the limit, and the process' errors when it fails.
 */
export async function runJob(job: Job, limits: Limits): Promise<Run> {
  for (const file of new Set(job.reads)) await readThrough(file);
  const [command, ...args] = commandOf(job.work);
  const threads = job.threads ?? limits.threads;
  const child = spawn('taskset', ['-c', firstCores(threads), command, ...args], {
    cwd: benchFolder,
    env: { ...process.env, ...threadVariables(threads), ...job.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const errors = text(child.stderr);
  const clock = new ProcessClock(child.pid ?? 0);
  let finished = true;
  const timer = setTimeout(() => {
    finished = false;
    child.kill('SIGKILL');
  }, limits.limit * 1000);
  let report = '';
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'start') clock.start();
    else if (line === 'stop') clock.stop();
    else if (line.startsWith('{')) report = line;
  }
  const code = await closed;
  clearTimeout(timer);
  clock.stop();
  if (!finished) throw new NotFinished(`not finished after ${limits.limit} s`);
  if (code !== 0 || report === '') throw new Error(`failed: ${command} ${args[0]}: ${await errors}`);
  return { ...(JSON.parse(report) as Omit<Run, 'peakAnonymousBytes' | 'foreignCores'>), ...clock.measures() };
}

function commandOf(work: Work): [string, ...string[]] {
  if ('sql' in work) return programOf('sql.ts', work.sql);
  if ('program' in work) return programOf(work.program, work.values);
  return [pythonPath, join(benchFolder, 'peers', work.script), JSON.stringify(work.values)];
}

function programOf(name: string, values: object): [string, ...string[]] {
  return [process.execPath, '--import', 'tsx', join(benchFolder, 'jobs', name), JSON.stringify(values)];
}

function threadVariables(threads: number): Record<string, string> {
  const names = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'DUCKTOPICS_THREADS'];
  return Object.fromEntries(names.map((name) => [name, String(threads)]));
}

/** The first `count` cores that this process may use, as `taskset` takes them. */
function firstCores(count: number): string {
  const allowed = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const cores = allowed.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return cores.slice(0, count).join(',');
}

async function readThrough(file: string): Promise<void> {
  for await (const _ of createReadStream(file, { highWaterMark: 1 << 20 }));
}

/** Watches a process' memory and what the rest of the machine does, between start and stop. */
class ProcessClock {
  readonly #pid: number;
  #timer: NodeJS.Timeout | undefined;
  #peakAnonymousBytes = 0;
  #before: CpuSeconds | undefined;
  #foreignCores = 0;

  constructor(pid: number) {
    this.#pid = pid;
  }

  start(): void {
    this.#before = cpuSeconds(this.#pid);
    this.#look();
    this.#timer = setInterval(() => this.#look(), 20);
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#look();
    const after = cpuSeconds(this.#pid);
    if (this.#before === undefined || after === undefined) return;
    const elapsed = (after.at - this.#before.at) / 1000;
    const others = after.machine - this.#before.machine - (after.process - this.#before.process);
    if (elapsed > 0) this.#foreignCores = Math.max(0, others / elapsed);
  }

  measures(): Pick<Run, 'peakAnonymousBytes' | 'foreignCores'> {
    return { peakAnonymousBytes: this.#peakAnonymousBytes, foreignCores: this.#foreignCores };
  }

  #look(): void {
    const kilobytes = Number(/^RssAnon:\s*(\d+)/m.exec(procText(`${this.#pid}/status`))?.[1] ?? 0);
    this.#peakAnonymousBytes = Math.max(this.#peakAnonymousBytes, 1024 * kilobytes);
  }
}

interface CpuSeconds {
  /** Milliseconds. */
  at: number;
  machine: number;
  process: number;
}

/** Processor time of the machine and of a process, in seconds; /proc counts hundredths. */
function cpuSeconds(pid: number): CpuSeconds | undefined {
  const own = procText(`${pid}/stat`);
  if (own === '') return undefined;
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (/^cpu +(.*)$/m.exec(procText('stat'))?.[1] ?? '')
    .split(' ')
    .map(Number);
  const fields = own.slice(own.lastIndexOf(')') + 2).split(' ');
  return {
    at: performance.now(),
    machine: (user + nice + system + irq + softirq) / 100,
    process: (Number(fields[11]) + Number(fields[12])) / 100,
  };
}

function procText(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}
