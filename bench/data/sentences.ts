import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { benchFolder, cached } from '../harness/folders.ts';
import { prepareEncoder, pythonPath } from '../harness/python.ts';

const exec = promisify(execFile);

/** Sentence embeddings of 384 dimensions; the file grows while it is made. */
export const sentencesFile = cached('minilm-384.npy');

/** Rows from which on the file is not grown unless asked. */
const enough = 50_000;

/**
 * Embeds Debian's package descriptions with all-MiniLM-L6-v2, for `minutes` at most (default: 20, or none where 50,000 are
 * there), on one core with the lowest priority, and returns how many rows there are. A later call goes on.
 */
export async function prepareSentences(minutes: number | undefined): Promise<number> {
  const rows = existsSync(sentencesFile) ? npyRows(sentencesFile) : 0;
  const time = minutes ?? (rows < enough ? 20 : 0);
  if (time > 0) {
    await prepareEncoder();
    const script = join(benchFolder, 'data', 'embed_descriptions.py');
    const args = [script, await descriptionsFile(), sentencesFile, '--minutes', String(time)];
    await inherit('nice', ['-n', '19', pythonPath, ...args]);
  }
  if (!existsSync(sentencesFile)) throw new Error('missing sentence embeddings: run again without --embed-minutes 0');
  return npyRows(sentencesFile);
}

/** The number of rows in the header of a .npy file. */
export function npyRows(file: string): number {
  const head = Buffer.alloc(256);
  const handle = openSync(file, 'r');
  readSync(handle, head);
  closeSync(handle);
  const rows = /'shape': \((\d+),/.exec(head.toString('latin1'))?.[1];
  if (rows === undefined) throw new Error(`invalid .npy file: ${file}`);
  return Number(rows);
}

/** Fetches the package lists with their English descriptions into a folder of ours: the machine's own often lack them. */
async function descriptionsFile(): Promise<string> {
  const file = cached('package-descriptions.txt');
  if (existsSync(file)) return file;
  const lists = cached('apt-lists');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  const settings = [
    'Acquire::Languages=en',
    `Dir::State::lists=${lists}`,
    'Dir::Cache::pkgcache=',
    'Dir::Cache::srcpkgcache=',
  ];
  await exec('apt-get', ['update', ...settings.flatMap((setting) => ['-o', setting])]);
  const name = readdirSync(lists).find((entry) => /_dists_[a-z]+_main_i18n_Translation-en/.test(entry));
  if (name === undefined) throw new Error(`missing English package descriptions in ${lists}`);
  await inherit('sh', [
    '-c',
    `/usr/lib/apt/apt-helper cat-file "$1" > "$2"`,
    'sh',
    join(lists, name),
    `${file}.unfinished`,
  ]);
  renameSync(`${file}.unfinished`, file);
  return file;
}

async function inherit(command: string, args: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`failed with ${code}: ${command} ${args.join(' ')}`);
}
