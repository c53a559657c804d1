import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DuckTopicsError, messageOf } from '../errors.ts';

export interface TokenOptions {
  /** The token itself. Whoever lists the processes of the machine may see a command line. */
  token?: string;
  /** A file that holds the token and nothing else. */
  tokenFile?: string;
}

export interface Token {
  value: string;
  /** Where it comes from; only one that was made here has to be shown. */
  source: 'option' | 'file' | 'environment' | 'random';
}

/**
 * The token that clients must give: the option, the file, the environment variable `DUCKTOPICS_TOKEN`, or 128 random bits.
 *
 * Throws `invalid token` for one that has less than 4 characters, spaces or control characters.
 */
export function resolveToken(options: TokenOptions, environment = process.env.DUCKTOPICS_TOKEN): Token {
  if (options.token !== undefined && options.tokenFile !== undefined) {
    throw new DuckTopicsError('invalid options: got --token and --token-file, expected one of them');
  }
  if (options.token !== undefined) return checked(options.token, 'option');
  if (options.tokenFile !== undefined) return checked(readToken(options.tokenFile), 'file');
  if (environment !== undefined) return checked(environment, 'environment');
  return { value: randomBytes(16).toString('hex'), source: 'random' };
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new DuckTopicsError(`missing token file: ${messageOf(cause)}`, {
      mend: `make one with: (umask 077 && openssl rand -hex 16 > ${file})`,
      cause,
    });
  }
}

function checked(value: string, source: Token['source']): Token {
  const origin = { option: '--token', file: '--token-file', environment: 'DUCKTOPICS_TOKEN', random: '' }[source];
  if (value.length < 4) {
    throw new DuckTopicsError(
      `invalid token: ${origin} has ${value.length} characters, expected at least 4 (16 random ones or more are safe)`,
    );
  }
  if (/[\s\p{Cc}]/u.test(value)) {
    throw new DuckTopicsError(`invalid token: ${origin} has a space or a control character`);
  }
  return { value, source };
}
