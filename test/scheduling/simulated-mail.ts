import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/paths.ts';
import { ducktopics, type Ended } from '../support/command.ts';

/** The script under test. */
export const daily = join(packageRoot, 'sql', 'pipelines', 'daily.sql');
export const discover = join(packageRoot, 'sql', 'pipelines', 'discover.sql');

/** The n-th simulated day as SQL and the command line write it; day 0 is the last one of the training. */
export function dayOf(n: number): string {
  return new Date(Date.UTC(2026, 2, n)).toISOString().slice(0, 10);
}

/** Messages as they arrive: one Parquet file a day in `inbox`, which is all that daily.sql sees. */
export interface Mail {
  database: string;
  inbox: string;
  /** Lets the file of a day arrive. */
  arrive(day: number): void;
  /** Runs daily.sql, or a copy of it, for a day. */
  run(day: number, ...more: string[]): Promise<Ended>;
  /** The arguments of such a run. */
  args(day: number, ...more: string[]): string[];
}

/**
 * Makes 500 messages of five subjects for the training, and `days` files of 40 each. From `driftFrom` on, all messages are of a sixth
 * subject. On every fifth day three messages come late: their date is four days back.
 */
export async function simulateMail(folder: string, days: number, driftFrom: number): Promise<Mail> {
  const staged = join(folder, 'staged');
  const inbox = join(folder, 'inbox');
  for (const path of [staged, inbox]) mkdirSync(path, { recursive: true });
  const database = join(folder, 'topics.duckdb');
  const files = Array.from({ length: days + 1 }, (_, day) => {
    const rows = day === 0 ? 'range(500)' : `range(${460 + 40 * day}, ${500 + 40 * day})`;
    const date = day === 0 ? `DATE '${dayOf(0)}' - (i % 14)::INTEGER` : `DATE '${dayOf(day)}'`;
    const late = day > 0 && day % 5 === 0 ? `i % 40 >= 37` : 'false';
    const subject = day >= driftFrom ? '5' : 'i % 5';
    return `COPY (
      SELECT i AS id, ['red', 'green', 'blue', 'black', 'white', 'new'][${subject} + 1] || ' message ' || i AS text,
             CASE WHEN ${late} THEN ${date} - 4 ELSE ${date} END AS sent_at,
             [10 * (${subject} = c)::INTEGER + (hash(i, c) % 1000) / 1000 FOR c IN range(8)]::FLOAT[] AS embedding
      FROM ${rows} AS t (i)
    ) TO '${join(staged, fileOf(day))}' (FORMAT parquet);`;
  });
  await succeed(ducktopics(['query', files.join('\n')]));
  const mail: Mail = {
    database,
    inbox,
    arrive: (day) => renameSync(join(staged, fileOf(day)), join(inbox, fileOf(day))),
    args: (day, ...more) => {
      const settings = { input: `${inbox}/*.parquet`, day: 'sent_at', as_of: dayOf(day) };
      const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
      const script = more[0]?.endsWith('.sql') ? more : [daily, ...more];
      return ['run', ...script, '--db', database, ...set, '--format', 'json'];
    },
    run: (day, ...more) => ducktopics(mail.args(day, ...more)),
  };
  mail.arrive(0);
  return mail;
}

/** Trains five topics on all that has arrived. */
export function train(mail: Mail, k = 5): Promise<Ended> {
  const settings = ['--set', `input=${mail.inbox}/*.parquet`, '--set', `k=${k}`];
  return succeed(ducktopics(['run', discover, '--db', mail.database, ...settings]));
}

/** A run that must end with 0. */
export async function succeed(running: Promise<Ended>): Promise<Ended> {
  const ended = await running;
  if (ended.code !== 0) throw new Error(`ended with ${ended.code}: ${ended.stderr}`);
  return ended;
}

function fileOf(day: number): string {
  return `day-${String(day).padStart(2, '0')}.parquet`;
}
