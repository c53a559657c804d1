import assert from 'node:assert/strict';
import { test } from 'node:test';
import { htmlToReadableText } from '../datasets/spam-assassin/html-to-readable-text.ts';
import { mailExcerpt } from '../datasets/spam-assassin/mail-excerpt.ts';
import { parseMail } from '../datasets/spam-assassin/parse-mail.ts';

/** A mail of the given lines, each character one byte. */
function mail(...lines: string[]): Buffer {
  return Buffer.from(lines.join('\n'), 'latin1');
}

test('parseMail(bytes) decodes the subject and a quoted-printable body', async () => {
  const bytes = mail(
    'Subject: =?iso-8859-1?Q?Caf=E9?=',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'Un caf=E9, s=',
    'il vous pla=EEt',
  );
  assert.deepEqual(await parseMail(bytes), { subject: 'Café', text: 'Un café, sil vous plaît' });
});

test('parseMail(bytes) reads the windows-1252 characters of a mail that calls itself iso-8859-1', async () => {
  const bytes = mail('Content-Type: text/plain; charset=iso-8859-1', '', 'It\x92s \x8010');
  assert.equal((await parseMail(bytes)).text, 'It’s €10');
});

test('parseMail(bytes) reads bytes without a character set as windows-1252, in the subject too', async () => {
  const bytes = mail('Subject: win \xa35', '', 'costs \xa37 \x96 today');
  assert.deepEqual(await parseMail(bytes), { subject: 'win £5', text: 'costs £7 – today' });
});

test('parseMail(bytes) reads quoted-printable bytes of a mail that calls itself us-ascii', async () => {
  const bytes = mail(
    'Content-Type: text/plain; charset="us-ascii"',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'M=E1ire',
  );
  assert.equal((await parseMail(bytes)).text, 'Máire');
});

test('parseMail(bytes) takes the character set that only the HTML names', async () => {
  const bytes = Buffer.concat([
    mail('Content-Type: text/html', '', '<meta http-equiv="Content-Type" content="text/html; charset=euc-kr"><p>'),
    Buffer.from([0xb1, 0xa4, 0xb0, 0xed]),
  ]);
  assert.equal((await parseMail(bytes)).text, '광고');
});

test('parseMail(bytes) cuts the plain footer behind a base64 body', async () => {
  const bytes = mail(
    'Content-Type: text/plain; charset=euc-kr',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from([0xb1, 0xa4, 0xb0, 0xed]).toString('base64'),
    '',
    '-- ',
    'A mailing list about something, see http://example.org/ to leave it',
  );
  assert.equal((await parseMail(bytes)).text, '광고');
});

test('parseMail(bytes) prefers plain text, unless the HTML says more than twice as much', async () => {
  const alternative = (plain: string, html: string) =>
    mail(
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      plain,
      '--b',
      'Content-Type: text/html',
      '',
      html,
      '--b--',
    );
  assert.equal((await parseMail(alternative('Hello world', '<p>Hello <b>World</b>'))).text, 'Hello world');
  assert.equal(
    (await parseMail(alternative('See HTML', '<p>A long letter with news'))).text,
    'A long letter with news',
  );
});

test('parseMail(bytes) reads HTML that claims to be plain text', async () => {
  const bytes = mail('Content-Type: text/plain', '', '<html><body><p>Buy<br>now</p></body></html>');
  assert.equal((await parseMail(bytes)).text, 'Buy\nnow');
});

test('parseMail(bytes) reads a body that the headers call an attachment', async () => {
  const bytes = mail('Content-Type: TEXT/PLAIN charset=US-ASCII', '', 'the message');
  assert.equal((await parseMail(bytes)).text, 'the message');
});

test('parseMail(bytes) reads the body of a multipart mail without its parts', async () => {
  const bytes = mail('Content-Type: multipart/mixed; boundary="missing"', '', 'the message');
  assert.equal((await parseMail(bytes)).text, 'the message');
});

test('parseMail(bytes) leaves attachments out', async () => {
  const bytes = mail(
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: image/png',
    'Content-Transfer-Encoding: base64',
    '',
    'iVBORw0KGgo=',
    '--b--',
  );
  assert.deepEqual(await parseMail(bytes), { subject: '', text: '' });
});

test('parseMail(bytes) takes any bytes', async () => {
  assert.deepEqual(await parseMail(Buffer.alloc(0)), { subject: '', text: '' });
  for (let seed = 1; seed <= 100; seed++) {
    let state = seed;
    const noise = Buffer.from(
      Uint8Array.from({ length: 400 }, () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return state >>> 16;
      }),
    );
    const headers = mail('Subject: x', `Content-Type: multipart/mixed; boundary=${seed}`, '', `--${seed}`, '');
    for (const bytes of [noise, Buffer.concat([headers, noise])]) {
      const { subject, text } = await parseMail(bytes);
      assert.equal(typeof subject + typeof text, 'stringstring');
    }
  }
});

test('htmlToReadableText(html) returns the words, one line a block', () => {
  const table = '<table><tr><td>Low</td><td>rates</td></tr><tr><td>now</table>';
  assert.equal(htmlToReadableText(table), 'Low rates\nnow');
  const page = '<h1>Big News</h1><a href="http://example.org">here</a><img src=x alt=logo>';
  assert.equal(htmlToReadableText(page), 'Big News\n\nhere');
});

test('htmlToReadableText(html) reads on behind the body and behind a comment without an end', () => {
  assert.equal(htmlToReadableText('<html><body>in</body></html> after'), 'in after');
  assert.equal(htmlToReadableText('<!-- hidden -->seen<!--#rotate> too').trim(), 'seen #rotate> too');
});

test('htmlToReadableText(html) survives 100,000 nested elements', () => {
  assert.equal(typeof htmlToReadableText(`${'<font>'.repeat(100_000)}deep`), 'string');
});

test('mailExcerpt(mail) is the subject without its marks and the first words of the body', () => {
  const text = 'The old one. Do not run a new one on that machine, it needs far more memory than it has now.';
  assert.equal(mailExcerpt({ subject: 'Re: [ILUG] Which kernel', text }), `Which kernel. ${text}`);
});

test('mailExcerpt(mail) leaves out copied headers, quotes, addresses, signatures and footers', () => {
  const own = 'I would rather use the package manager than compile this module by hand on each of my machines';
  const text = [
    'Date: Wed, 21 Aug 2002 10:54:46 -0500',
    'From: someone <someone@example.org>',
    '',
    'Someone wrote:',
    '> have you tried to compile it',
    '',
    own,
    'http://example.org/packages someone@example.org',
    '',
    '--',
    'Someone, Somewhere Ltd',
    '_______________________________________________',
    'Users mailing list',
  ].join('\n');
  assert.equal(mailExcerpt({ subject: 'Fwd: modules', text }), `modules. ${own}`);
});

test('mailExcerpt(mail) takes the quoted words along when a reply has few of its own', () => {
  const text = 'Someone wrote:\n> have you tried to compile it\n\nNo, I have not.';
  assert.equal(mailExcerpt({ subject: '', text }), 'No, I have not. have you tried to compile it');
});

test('mailExcerpt(mail) holds at most 90 words', () => {
  assert.equal(mailExcerpt({ subject: 'a b c', text: 'word '.repeat(1000) }).split(' ').length, 90);
});

test('mailExcerpt(mail) writes capitals small and drops random letters and long numbers', () => {
  assert.equal(
    mailExcerpt({ subject: 'MORTGAGE RATES 123456789 aBcD3eFgH4iJkL5mNoP', text: 'APPLY NOW' }),
    'mortgage rates. apply NOW',
  );
});
