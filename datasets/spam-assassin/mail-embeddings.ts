import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { packageRoot } from '../../src/paths.ts';

/** The committed vectors: `(id BIGINT, excerpt_hash VARCHAR, embedding FLOAT[512])`, one row a mail, no text. */
export const EMBEDDINGS_FILE = join(packageRoot, 'datasets/spam-assassin/embeddings.parquet');

/** The command that computes the vectors of all mails that are new or have changed. */
export const EMBED_COMMAND = 'npx tsx datasets/spam-assassin/embed-mails.ts';

/** The committed numbers are multiples of this, which halves the file: at most 0.00006 off, a cosine of 0.9999997. */
export const EMBEDDING_STEP = 1 / 8192;

/**
 * Returns the fingerprint of the text that was embedded, 16 hexadecimal digits of its SHA-256.
 *
 * ```ts
 * excerptHash('Which kernel. The old one.'); // 'd587f54faabf2f49'
 * ```
 */
export function excerptHash(excerpt: string): string {
  return createHash('sha256').update(excerpt).digest('hex').slice(0, 16);
}

/**
 * Throws unless the committed vectors are those of the table `mails (id, excerpt_hash, ...)`, mail by mail.
 *
 * Errors: `invalid embeddings: 12 of 6046 mails are new or have changed: npx tsx datasets/...`.
 */
export async function checkEmbeddings(connection: DuckDBConnection): Promise<void> {
  const reader = await connection.runAndReadAll(
    `SELECT count(*) FILTER (m.excerpt_hash IS DISTINCT FROM e.excerpt_hash), count(*)
     FROM mails m FULL JOIN read_parquet($file) e USING (id)`,
    { file: EMBEDDINGS_FILE },
  );
  const [changed, total] = reader.getRows()[0] as [bigint, bigint];
  if (changed > 0n) {
    throw new Error(`invalid embeddings: ${changed} of ${total} mails are new or have changed: ${EMBED_COMMAND}`);
  }
}
