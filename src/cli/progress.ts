import type { DuckDBConnection } from '@duckdb/node-api';
import { drawBar, duration, headOf } from './progress-line.ts';

/** Tells the reader how a script gets on. */
export interface Progress {
  /** A statement begins; `place` is its file and line. */
  start(place: string, statement: string): void;
  /** It ended well, with this many rows where that means something. */
  finish(rows?: number): void;
  /** It failed. */
  abandon(): void;
  /** Takes the bar away, since something else is about to be written. */
  pause(): void;
}

/** Reports nothing. */
export const silent: Progress = { start() {}, finish() {}, abandon() {}, pause() {} };

export interface ProgressOutput {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** How often a bar is drawn, and how often a plain line tells of a statement that still runs. */
const barEveryMs = 100;
const lineEveryMs = 15_000;

/**
 * Follows the queries of a connection: on a terminal a bar with the rows done and the time left, drawn anew ten times a
 * second once a statement has run for `quietMs`; elsewhere one line a statement, and one every 15 s while it runs.
 */
export async function createProgress(
  connection: DuckDBConnection,
  output: ProgressOutput = process.stderr,
  quietMs = 0,
): Promise<Progress> {
  await connection.run('SET enable_progress_bar = true');
  await connection.run('SET enable_progress_bar_print = false');
  await connection.run('SET progress_bar_time = 0');
  const isTerminal = output.isTTY === true;
  let place = '';
  let statement = '';
  let startedAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let isDrawn = false;

  const erase = () => {
    if (isDrawn) output.write('\r\u001b[K');
    isDrawn = false;
  };
  const draw = () => {
    if (elapsed() * 1000 < quietMs) return;
    const line = drawBar(place, statement, connection.progress, elapsed(), output.columns || 80, isTerminal);
    output.write(isTerminal ? `\r\u001b[K${line}` : `${line}\n`);
    isDrawn = isTerminal;
  };
  const elapsed = () => (performance.now() - startedAt) / 1000;
  const stop = () => {
    clearInterval(timer);
    erase();
  };
  return {
    start(newPlace, newStatement) {
      place = newPlace;
      statement = headOf(newStatement);
      startedAt = performance.now();
      timer = setInterval(draw, isTerminal ? barEveryMs : lineEveryMs);
    },
    finish(rows) {
      stop();
      const what = rows === undefined ? [] : [`${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`];
      output.write(`${place}: ${statement} (${[...what, duration(elapsed())].join(', ')})\n`);
    },
    abandon: stop,
    pause: stop,
  };
}
