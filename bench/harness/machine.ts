import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { DuckDBInstance } from '@duckdb/node-api';
import { packageRoot } from '../../src/paths.ts';
import { installedPackages } from './python.ts';

/** Where, when and of what a run was. */
export interface Machine {
  date: string;
  commit: string;
  /** Files differ from the commit. */
  changed: boolean;
  processor: string;
  cores: number;
  memoryGb: number;
  kernel: string;
  vectorInstructions: string;
  node: string;
  duckdb: string;
  peers: string[];
  /** Load of the machine over the last minute, when the run began. */
  load: number;
}

export async function describeMachine(): Promise<Machine> {
  return {
    date: new Date().toISOString(),
    commit: git('rev-parse', '--short', 'HEAD'),
    changed: git('status', '--porcelain', '--untracked-files=no') !== '',
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    vectorInstructions: vectorInstructions(),
    node: process.version,
    duckdb: await duckdbVersion(),
    peers: await installedPackages(),
    load: loadavg()[0] ?? 0,
  };
}

/** The facts as Markdown, for the head of the tables. */
export function machineMarkdown(machine: Machine, threads: number, pairs: number): string {
  const wanted = ['faiss-cpu', 'superkmeans', 'scikit-learn', 'numpy'];
  const peers = machine.peers.filter((line) => wanted.some((name) => line.startsWith(`${name}==`)));
  const facts = [
    ['Machine', `${machine.processor}, ${machine.cores} cores, ${machine.vectorInstructions}, ${machine.memoryGb} GB`],
    ['Date, commit', `${machine.date.slice(0, 10)}, ${machine.commit}${machine.changed ? ' with changes' : ''}`],
    ['Versions', `DuckDB ${machine.duckdb}, Node.js ${machine.node}, Linux ${machine.kernel}`],
    ['Peers', peers.join(', ').replaceAll('==', ' ')],
    ['Threads of each side, pairs', `${threads}, ${pairs}`],
  ];
  return `| | |\n| --- | --- |\n${facts.map(([name, fact]) => `| ${name} | ${fact} |`).join('\n')}\n`;
}

function vectorInstructions(): string {
  const text = readFileSync('/proc/cpuinfo', 'utf8');
  if (text.includes(' avx512f ')) return 'AVX-512';
  if (text.includes(' avx2 ')) return 'AVX2';
  return text.includes(' asimd ') ? 'NEON' : 'no vector instructions known';
}

async function duckdbVersion(): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll('SELECT version()');
  const version = String(reader.getRows()[0]?.[0]);
  connection.closeSync();
  instance.closeSync();
  return version;
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: packageRoot, encoding: 'utf8' }).trim();
}
