import { compile, type FormatCallback } from 'html-to-text';

/**
 * Returns what a reader sees of an HTML document: its words, in order, one line a block.
 *
 * ```ts
 * htmlToReadableText('<table><tr><td>Low</td><td>rates</td></tr></table>'); // 'Low rates'
 * ```
 *
 * Addresses of links, pictures, scripts, styles and the title are left out. What stands outside of the body is read too,
 * a comment without an end is not one, and endlessly nested HTML is read as far as 500 levels deep.
 */
export function htmlToReadableText(html: string): string {
  return convert(withoutOpenComment(html));
}

/** Tells whether a text that claims to be plain is the source of an HTML document. */
export function looksLikeHtml(text: string): boolean {
  return (text.match(MARKUP) ?? []).length >= 3;
}

function withoutOpenComment(html: string): string {
  const lastEnd = html.lastIndexOf('-->');
  return html.slice(0, lastEnd + 1) + html.slice(lastEnd + 1).replaceAll('<!--', ' ');
}

const MARKUP = /<\/?(?:html|head|body|table|tr|td|font|center|div|span|p|br|b|a|img|h[1-6])(?:\s[^<>]*)?\/?>/gi;

const tableCell: FormatCallback = (element, walk, builder) => {
  walk(element.children, builder);
  builder.addInline(' ');
};

const convert = compile({
  wordwrap: false,
  baseElements: { selectors: ['whole-document'] },
  formatters: { tableCell },
  limits: { maxDepth: 500, ellipsis: '' },
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    { selector: 'title', format: 'skip' },
    { selector: 'hr', format: 'lineBreak' },
    { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    { selector: 'td', format: 'tableCell' },
    { selector: 'th', format: 'tableCell' },
    { selector: 'option', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});
