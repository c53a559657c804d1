import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../../src/paths.ts';
import { cacheFolder } from '../cache-folder.ts';
import { EMBEDDINGS_FILE } from './mail-embeddings.ts';

/** Options of {@link mailCorpus}. */
export interface MailCorpusOptions {
  /** The folder that keeps the corpus. Default: `spam-assassin` in `DUCKTOPICS_CACHE`, else in `.cache` of the project. */
  folder?: string;
  /** Is told before each slow step, such as `fetching ...` and `parsing 6046 mails`. Not called when there is no work. */
  onStep?: (step: string) => void;
}

/**
 * Returns the path of the Parquet file with 6,046 real mails; makes it first when it is missing or out of date.
 *
 * ```ts
 * const path = await mailCorpus();
 * await connection.run(`CREATE TABLE messages AS FROM '${path}'`);
 * ```
 *
 * One row a mail, `(id BIGINT, folder VARCHAR, subject VARCHAR, text VARCHAR, embedding FLOAT[512])`, ordered by id:
 *
 * - `id`: 1 to 6046, the mail's position in the package's list.
 * - `folder`: `easy-ham-1`, `easy-ham-2`, `hard-ham-1`, `spam-1` or `spam-2`.
 * - `subject`, `text`: what a reader sees. Never NULL, empty where the mail has none.
 * - `embedding`: the sentence encoder's vector of the mail's topic, of length 1. Parquet has no fixed-size lists: DuckDB
 *   reads it as `FLOAT[]`; cast it to `FLOAT[512]` where a fixed size is needed.
 *
 * The first call fetches 20 MB and parses them, about 8 s; later calls only compare a checksum of the sources. The
 * file appears whole or not at all.
 *
 * Errors: `missing mails: ...` without network on the first call, `invalid embeddings: ...` when the parsing has changed
 * but not the committed embeddings.
 */
export async function mailCorpus(options: MailCorpusOptions = {}): Promise<string> {
  const { folder = cacheFolder('spam-assassin'), onStep = () => {} } = options;
  const path = join(folder, 'mails.parquet');
  const stampFile = `${path}.stamp`;
  const sources = await sourcesChecksum();
  if ((await readStamp(stampFile)) !== (await stampOf(path, sources))) {
    await rm(stampFile, { force: true });
    // Loaded only here: the parsers take longer to load than everything else that a later call does.
    const { buildMailCorpus } = await import('./build-mail-corpus.ts');
    await buildMailCorpus(path, folder, onStep);
    await writeFile(stampFile, (await stampOf(path, sources)) as string);
  }
  return path;
}

/** Changes with everything that shapes the rows: the code beside this file, the parsing libraries and the vectors. */
async function sourcesChecksum(): Promise<string> {
  const checksum = createHash('sha1');
  const sourceFolder = join(packageRoot, 'datasets/spam-assassin');
  for (const name of (await readdir(sourceFolder)).filter((name) => name.endsWith('.ts')).sort()) {
    checksum.update(name).update(await readFile(join(sourceFolder, name)));
  }
  const require = createRequire(import.meta.url);
  for (const library of ['mailparser', 'html-to-text', 'iconv-lite']) {
    checksum.update(`${library}@${(require(`${library}/package.json`) as { version: string }).version}`);
  }
  return checksum.update(await readFile(EMBEDDINGS_FILE)).digest('hex');
}

async function stampOf(path: string, sources: string): Promise<string | undefined> {
  if (!existsSync(path)) {
    return undefined;
  }
  const { size, mtimeMs } = await stat(path);
  return `${sources} ${size} ${mtimeMs}\n`;
}

async function readStamp(stampFile: string): Promise<string> {
  return existsSync(stampFile) ? await readFile(stampFile, 'utf8') : '';
}
