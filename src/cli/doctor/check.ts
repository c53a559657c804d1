/** One line of the doctor. */
export interface Check {
  name: string;
  /** `missing`: no query runs without it; `absent`: only some work needs it. */
  state: 'ok' | 'missing' | 'absent';
  /** What was found: a version, a path, a size. */
  found?: string | undefined;
  /** The command that mends it. */
  mend?: string | undefined;
}
