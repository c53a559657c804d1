import iconv from 'iconv-lite';
import { type ParsedMail, simpleParser } from 'mailparser';
import { htmlToReadableText, looksLikeHtml } from './html-to-readable-text.ts';
import { countUnreadable, repairMail } from './repair-mail.ts';

/** What a reader sees of a mail. Both are empty strings where the mail has none. */
export interface Mail {
  subject: string;
  text: string;
}

/**
 * Parses one mail, as its bytes came from the mailbox, to its subject and readable text.
 *
 * ```ts
 * const { subject, text } = await parseMail(bytes);
 * ```
 *
 * - The plain text wins over HTML, unless the HTML says more than twice as much; attachments are left out.
 * - Bytes whose character set is missing or wrong are read as the one that the HTML names, else as windows-1252.
 * - It never throws on broken MIME: what cannot be parsed is read as plain text after the first empty line.
 */
export async function parseMail(bytes: Buffer): Promise<Mail> {
  const mail = await parse(bytes);
  if (countUnreadable(mail.subject + mail.text) === 0) {
    return mail;
  }
  const repaired = await parse(repairMail(bytes));
  return countUnreadable(repaired.subject + repaired.text) < countUnreadable(mail.subject + mail.text)
    ? repaired
    : mail;
}

async function parse(bytes: Buffer): Promise<Mail> {
  try {
    const parsed = await simpleParser(bytes, PARSER_OPTIONS);
    const mail = read(parsed);
    return mail.text ? mail : { ...mail, text: readAttachedText(parsed) || (isBare(parsed) ? readBody(bytes) : '') };
  } catch {
    const subject = /^subject:(.*)$/im.exec(iconv.decode(bytes, 'windows-1252'))?.[1] ?? '';
    return { subject: tidy(subject), text: readBody(bytes) };
  }
}

const PARSER_OPTIONS = { skipHtmlToText: true, skipTextToHtml: true, skipTextLinks: true, skipImageLinks: true };

function read(parsed: ParsedMail): Mail {
  const fromPlain = readSource(parsed.text ?? '');
  const fromHtml = tidy(parsed.html ? htmlToReadableText(parsed.html) : '');
  return {
    subject: tidy(parsed.subject ?? '').replace(/\s+/g, ' '),
    text: fromHtml.length > 2 * fromPlain.length ? fromHtml : fromPlain,
  };
}

function isBare(parsed: ParsedMail): boolean {
  return !parsed.text && !parsed.html && parsed.attachments.length === 0;
}

/** The text of a mail whose headers call its body an attachment. */
function readAttachedText(parsed: ParsedMail): string {
  const attachment = parsed.attachments.find(({ contentType }) => /^text\/(?:plain|html)/i.test(contentType));
  return attachment ? readSource(iconv.decode(attachment.content, 'windows-1252')) : '';
}

/** The text of a mail whose parts cannot be told apart. */
function readBody(bytes: Buffer): string {
  return readSource(/\r?\n\r?\n([\s\S]*)/.exec(iconv.decode(bytes, 'windows-1252'))?.[1] ?? '');
}

function readSource(source: string): string {
  return tidy(looksLikeHtml(source) ? htmlToReadableText(source) : source);
}

/** Normalises white space and line ends, and drops control and invisible characters; every word stays. */
function tidy(text: string): string {
  return (
    text
      .normalize('NFC')
      .replace(/[\u0080-\u009f]/g, fromWindows1252)
      .replace(/\r\n?/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is dropped here
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g, '')
      .replace(/[^\S\n]+/g, ' ')
      .replace(/ ?\n ?/g, '\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  );
}

function fromWindows1252(control: string): string {
  return iconv.decode(Buffer.from(control, 'latin1'), 'windows-1252');
}
