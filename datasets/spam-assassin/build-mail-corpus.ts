import { mkdir, rename, rm } from 'node:fs/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { checkEmbeddings, EMBEDDINGS_FILE, excerptHash } from './mail-embeddings.ts';
import { mailExcerpt } from './mail-excerpt.ts';
import { readMailFiles } from './mail-package.ts';
import { parseMail } from './parse-mail.ts';

/**
 * Makes the Parquet file at `path` from the package in `folder`; `mailCorpus()` is the call to use.
 *
 * It is written beside `path` and then renamed, so that a reader sees the old file or the new one, never half of one.
 */
export async function buildMailCorpus(path: string, folder: string, onStep: (step: string) => void): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = await readMailFiles(folder, onStep);
  const temporary = `${path}.${process.pid}`;
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    await connection.run(
      'CREATE TABLE mails (id BIGINT, folder VARCHAR, subject VARCHAR, text VARCHAR, excerpt_hash VARCHAR)',
    );
    onStep(`parsing ${files.length} mails`);
    const appender = await connection.createAppender('mails');
    for (const file of files) {
      const mail = await parseMail(file.bytes);
      appender.appendBigInt(BigInt(file.id));
      appender.appendVarchar(file.folder);
      appender.appendVarchar(mail.subject);
      appender.appendVarchar(mail.text);
      appender.appendVarchar(excerptHash(mailExcerpt(mail)));
      appender.endRow();
    }
    appender.closeSync();
    await checkEmbeddings(connection);
    await connection.run(
      `COPY (
         SELECT id, folder, subject, text, embedding::FLOAT[512] AS embedding
         FROM mails JOIN read_parquet($file) USING (id) ORDER BY id
       ) TO '${temporary.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)`,
      { file: EMBEDDINGS_FILE },
    );
    await rename(temporary, path);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(temporary, { force: true });
  }
}
