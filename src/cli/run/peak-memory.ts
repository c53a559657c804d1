import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Starts a new measurement of the most memory that this process has had in RAM: DuckDB, training and Node.js together. Where the kernel
 * does not let it start anew, the peak since the process began goes on.
 */
export function startPeakMemory(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Read-only in some containers.
  }
}

/** The peak since then, in bytes. */
export function peakMemory(): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // No /proc.
  }
  return process.resourceUsage().maxRSS * 1024;
}
