import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckTopicsError, messageOf } from '../../errors.ts';
import type { Progress, ProgressOutput } from '../progress.ts';
import { headOf } from '../progress-line.ts';
import { mendOf } from '../sql-mends.ts';
import { StatementError } from '../statement-error.ts';
import { peakMemory, startPeakMemory } from './peak-memory.ts';
import type { RunLog } from './run-log.ts';
import { CommitFailed } from './transaction.ts';

/** How often a statement that still runs is told of. */
const everyMs = 15_000;

/** For machines: one JSON object a line. docs/scheduling.md lists the events and their fields, which are a promise. */
export function createJsonLog(output: ProgressOutput = process.stderr): RunLog {
  const startedAt = performance.now();
  let peak = 0;
  let place: Place | undefined;
  const write = (event: string, fields: object) =>
    output.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);
  const ending = (statements: number) => ({
    statements,
    seconds: secondsSince(startedAt),
    peak_memory_bytes: readPeak(),
  });
  const readPeak = () => {
    peak = Math.max(peak, peakMemory());
    return peak;
  };
  return {
    start: (scripts, database) => write('start', { scripts, database, pid: process.pid }),
    wait: (holder) => write('wait', { holder }),
    follow: async (connection) => {
      await connection.run('SET enable_progress_bar = true');
      await connection.run('SET enable_progress_bar_print = false');
      await connection.run('SET progress_bar_time = 0');
      return followStatements(connection, write, (now, statementPeak) => {
        place = now;
        peak = Math.max(peak, statementPeak);
      });
    },
    end: ({ statements }) => write('end', { ...ending(statements), exit_code: 0 }),
    fail: (error, { kind, exitCode }, { statements, rolledBack }) =>
      write('error', {
        kind,
        exit_code: exitCode,
        ...place,
        message: reasonOf(error),
        mend: mendIn(error) ?? null,
        rolled_back: rolledBack,
        ...ending(statements),
      }),
  };
}

interface Place {
  file: string;
  line: number;
}

/** `onChange` is told which statement runs, if any, and the peak of the one that ended. */
function followStatements(
  connection: DuckDBConnection,
  write: (event: string, fields: object) => void,
  onChange: (place: Place | undefined, peak: number) => void,
): Progress {
  let at: Place = { file: '', line: 0 };
  let statement = '';
  let startedAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const tick = () => {
    const { percentage } = connection.progress;
    write('running', {
      ...at,
      statement,
      seconds: secondsSince(startedAt),
      percent: percentage < 0 ? null : Math.floor(percentage),
    });
  };
  return {
    start(newPlace, text) {
      const colon = newPlace.lastIndexOf(':');
      at = { file: newPlace.slice(0, colon), line: Number(newPlace.slice(colon + 1)) };
      statement = headOf(text);
      startedAt = performance.now();
      timer = setInterval(tick, everyMs);
      startPeakMemory();
      onChange(at, 0);
    },
    finish(rows) {
      clearInterval(timer);
      const peak = peakMemory();
      write('statement', {
        ...at,
        statement,
        rows: rows ?? null,
        seconds: secondsSince(startedAt),
        peak_memory_bytes: peak,
      });
      onChange(undefined, peak);
    },
    abandon: () => clearInterval(timer),
    pause() {},
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof StatementError || error instanceof CommitFailed) return error.reason;
  return messageOf(error).trimEnd();
}

function mendIn(error: unknown): string | undefined {
  if (error instanceof DuckTopicsError || error instanceof StatementError) return error.mend;
  return mendOf(messageOf(error));
}

function secondsSince(start: number): number {
  return Math.round(performance.now() - start) / 1000;
}
