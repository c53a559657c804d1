import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const patienceMs = 60_000;

/**
 * Waits until a process trains: reading the rows heeds an interrupt, training none. Training is the first to start the threads
 * that help it, which have a name of their own.
 */
export async function trainingBegins(pid: number | undefined): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!threadNames(pid).includes('topics-helper')) {
    if (performance.now() > end) throw new Error(`process ${pid} trains nothing; its threads: ${threadNames(pid)}`);
    await sleep(20);
  }
}

function threadNames(pid: number | undefined): string[] {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).map((thread) => {
    try {
      return readFileSync(`${tasks}/${thread}/comm`, 'utf8').trim();
    } catch {
      // The thread has ended meanwhile.
      return '';
    }
  });
}
