import type { Mail } from './parse-mail.ts';

/** The sentence encoder reads about 90 words of a text. */
const MAX_WORDS = 90;

/** A reply with fewer words of its own takes the quoted ones along. */
const ENOUGH_WORDS = 15;

/** The excerpt of a longer text lies within its first characters, and 90 words within fewer. */
const MAX_CHARACTERS = 10_000;
const MAX_WORD_CHARACTERS = 3_000;

/**
 * Returns the words of a mail that tell its topic, for the sentence encoder: the subject, then the first words of the
 * body, 90 in all.
 *
 * ```ts
 * mailExcerpt({ subject: 'Re: [ILUG] Which kernel', text: 'The old one.\n--\nUsers of Linux' });
 * // 'Which kernel. The old one.'
 * ```
 *
 * Left out: reply and list marks of the subject, copied header lines, signatures, footers of mailing lists, addresses,
 * long numbers and random letters, and, where the mail has 15 words of its own, quoted lines. Words in capitals become
 * lower case.
 */
export function mailExcerpt({ subject, text }: Mail): string {
  const lines = text.slice(0, MAX_CHARACTERS).replace(SPONSOR, '').split('\n');
  const body = withoutFooter(lines).filter((line) => !NOISE.test(line));
  const own = words(body.filter((line) => !QUOTED.test(line) && !ATTRIBUTION.test(line)));
  const quoted = own.length < ENOUGH_WORDS ? words(withoutQuoteMarks(body)) : [];
  return [...title(subject), ...own, ...quoted].slice(0, MAX_WORDS).join(' ');
}

/** Lines that say nothing about the topic. */
const NOISE = anyOf(
  /^[^\p{L}]*$/u,
  /^(?:[>|] ?)*(?:url|date|from|to|cc|sent|subject|message-id|reply-to|organization|sender|user-agent|status):/,
  /^(?:[>|] ?)*(?:x-[\w-]+|content-[\w-]+|list-\w+|delivered-to|importance):/,
  /^this (?:sf\.net|sourceforge\.net) email is sponsored/,
  /^.{0,40}mailing list\b/,
  /^.{0,40}\bmailman\/listinfo/,
  /^.{0,60}for \(un\)subscription/,
  /^to (?:un)?subscribe/,
  /^your use of yahoo! groups/,
  /^irish linux users' group/,
  /^list maintainer/,
  /^link\[\d+\].{0,60}$/,
);

const FOOTER_MARK = anyOf(/^--$/, /^_{20,}$/, /^-{40,}$/, /^-{5,} ?yahoo! groups sponsor/);
const FOOTER_LINES = 20;
const SPONSOR = /-{40,}\sThis sf\.net email is sponsored[\s\S]*$/;
const QUOTED = /^ ?\w{0,4}[>|]/;
const ATTRIBUTION = anyOf(
  /(?:wrote|writes|said|schrieb|begin):?$/,
  /^(?:on|at) .{6,80}(?:wrote|,)$/,
  /^-{2,} ?(?:original|begin|forwarded)/,
);
const SUBJECT_MARKS = /\b(?:re|fwd?|aw)(?:\[\d+\])?:|\[[^\]]*\]|\((?:fwd|was:?)\b/gi;
const ADDRESS = /(?:\[img: )?<?\b(?:https?|ftp|mailto|news):[^\s>]+>?|\bwww\.[^\s>]+|<?[\w.+-]+@[\w.-]+>?/gi;

function anyOf(...patterns: RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'), 'iu');
}

/** Drops a signature or the footer of a mailing list, unless next to nothing is left without it. */
function withoutFooter(lines: string[]): string[] {
  const start = lines.findIndex((line, index) => lines.length - index <= FOOTER_LINES && FOOTER_MARK.test(line));
  const body = lines.slice(0, Math.max(start, 0));
  return words(body).length >= 3 ? body : lines;
}

function withoutQuoteMarks(lines: string[]): string[] {
  return lines
    .filter((line) => QUOTED.test(line) && !ATTRIBUTION.test(line))
    .map((line) => line.replace(/^(?: ?\w{0,4}[>|])+ */, ''))
    .filter((line) => !NOISE.test(line));
}

function title(subject: string): string[] {
  const found = words([subject.replace(SUBJECT_MARKS, ' ')]);
  const last = found.pop();
  return last === undefined ? [] : [...found, /[.!?:]$/.test(last) ? last : `${last}.`];
}

function words(lines: string[]): string[] {
  return lines
    .join('\n')
    .slice(0, MAX_WORD_CHARACTERS)
    .replace(ADDRESS, ' ')
    .split(/\s+/)
    .map((word) => word.replace(/^[^\p{L}\p{N}$"'(]+|([\p{P}\p{S}])[\p{P}\p{S}]+$/gu, '$1'))
    .filter((word) => /[\p{L}\p{N}]/u.test(word) && !/\d{5}/.test(word) && !isRandom(word))
    .map((word) => (/^\P{Ll}{4,}$/u.test(word) ? word.toLowerCase() : word));
}

/** Tells random letters, which spam adds against filters, from words: long, or capitals and digits in their middle. */
function isRandom(word: string): boolean {
  return (
    /^[\x20-\x7e]{25,}$/.test(word) ||
    (word.length >= 10 && (word.slice(1).match(/[\dA-Z]/g) ?? []).length >= 4 && /[a-z]/.test(word))
  );
}
