import { DuckTopicsError } from '../errors.ts';
import { isClone } from '../paths.ts';

export async function demo(_options: { json?: boolean }): Promise<void> {
  if (!isClone) throw new DuckTopicsError('missing mail corpus: the demo runs in a clone of the source repository');
}
