import iconv from 'iconv-lite';

/** Counts the characters that stand for bytes which could not be decoded. */
export function countUnreadable(text: string): number {
  return (text.match(/\ufffd/g) ?? []).length;
}

/**
 * Returns the bytes of a mail that could not be decoded in a form that can be:
 *
 * ```ts
 * const mail = await simpleParser(repairMail(bytes));
 * ```
 *
 * - Each text part that lacks a character set or names a useless one (`us-ascii`, `DEFAULT`) gets the first one that the
 *   mail names anywhere, its HTML and subject included, else windows-1252.
 * - The plain footer that a mailing list put behind a base64 body is cut off.
 */
export function repairMail(bytes: Buffer): Buffer {
  const source = bytes.toString('latin1');
  const charset = namedCharset(source) ?? 'windows-1252';
  const headerEnd = /\r?\n\r?\n/.exec(source)?.index ?? source.length;
  const header = declareCharset(withContentType(source.slice(0, headerEnd)), charset);
  const body = source.slice(headerEnd);
  return Buffer.concat([
    // Header lines have no character set of their own, parsers take them for UTF-8.
    Buffer.from(iconv.decode(Buffer.from(header, 'latin1'), charset)),
    Buffer.from(BASE64.test(header) ? withoutPlainFooter(body) : declareCharset(body, charset), 'latin1'),
  ]);
}

const CHARSET = /(?:charset\s*=\s*(?:3D\s*)?["']?\s*|=\?)([\w-]+)/gi;
const USELESS = /^(?:us-?ascii|ascii|utf-?8|unknown.*|x-unknown|default.*|.*_charset)$/i;
const USELESS_CHARSET = /(charset\s*=\s*["']?)(?:us-?ascii|ascii|unknown[\w-]*|x-unknown|default\w*|\w+_charset)/gi;
const TEXT_WITHOUT_CHARSET = /^(content-type:[ \t]*text\/(?:plain|html))(?![\w-])(?!.*(?:\r?\n[ \t].*)*charset)/gim;
const BASE64 = /^content-transfer-encoding:[ \t]*base64/im;

function namedCharset(source: string): string | undefined {
  const names = Array.from(source.matchAll(CHARSET), (match) => match[1] as string);
  return names.find((name) => !USELESS.test(name) && iconv.encodingExists(name));
}

function withContentType(header: string): string {
  return /^content-type:/im.test(header) ? header : `${header}\nContent-Type: text/plain`;
}

function declareCharset(source: string, charset: string): string {
  return source.replace(USELESS_CHARSET, `$1${charset}`).replace(TEXT_WITHOUT_CHARSET, `$1; charset=${charset}`);
}

function withoutPlainFooter(body: string): string {
  return /^(?:[A-Za-z0-9+/=]*\s*(?:\n|$))*/.exec(body)?.[0] ?? body;
}
