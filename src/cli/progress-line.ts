/** What `DuckDBConnection.progress` tells; the percentage is negative while DuckDB has no estimate. */
export interface QueryProgress {
  percentage: number;
  rows_processed: bigint;
  total_rows_to_process: bigint;
}

const barWidth = 24;

/** One line on a statement that runs: where, how far, the rows done, the time passed and the time left. */
export function drawBar(
  place: string,
  statement: string,
  progress: QueryProgress,
  seconds: number,
  columns: number,
  withBar: boolean,
): string {
  const { percentage } = progress;
  const parts: string[] = [];
  if (percentage >= 0) {
    const filled = Math.min(barWidth, Math.round((percentage / 100) * barWidth));
    if (withBar) parts.push('█'.repeat(filled) + '░'.repeat(barWidth - filled));
    parts.push(`${Math.floor(percentage)} %`);
    if (progress.rows_processed > 0n) parts.push(`${progress.rows_processed.toLocaleString('en-US')} rows`);
  }
  parts.push(duration(seconds));
  if (percentage >= 1 && percentage < 100) parts.push(`${duration((seconds * (100 - percentage)) / percentage)} left`);
  const figures = parts.join('  ');
  if (!withBar) return `${place}: ${statement} ... ${figures}`;
  const room = columns - 1 - figures.length - 2;
  const label = `${place}: ${statement}`;
  if (room < place.length) return figures.slice(0, columns - 1);
  return `${label.length > room ? `${label.slice(0, room - 1)}…` : label}  ${figures}`;
}

/** `0.12 s`, `12.3 s`, `4 min 05 s`, `1 h 03 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const pad = (n: number) => String(n).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** The first words of a statement on one line. */
export function headOf(statement: string): string {
  const line = statement.replaceAll(/\s+/g, ' ').replace(/;$/, '').trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
