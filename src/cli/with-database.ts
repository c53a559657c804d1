import { type DuckTopics, open } from '../open.ts';
import type { DatabaseOptions } from './database-options.ts';
import { interruptible } from './interrupt.ts';

/** Opens the database of a command, lets Ctrl-C cancel what runs in it, and closes it whatever happens. */
export async function withDatabase<T>(
  options: DatabaseOptions,
  work: (db: DuckTopics, checkpoint: () => void, stopped: AbortSignal) => Promise<T>,
): Promise<T> {
  const db = await openDatabase(options);
  try {
    return await interruptible(db.connection, (checkpoint, stopped) => work(db, checkpoint, stopped));
  } finally {
    db.close();
  }
}

/** Opens the database of a command. */
export function openDatabase(options: DatabaseOptions): Promise<DuckTopics> {
  return open(options.db, {
    readOnly: options.readonly ?? false,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    ...(options.memoryLimit === undefined ? {} : { memoryLimit: options.memoryLimit }),
  });
}
