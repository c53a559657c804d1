import stringWidth from 'string-width';

export type Align = 'left' | 'right' | 'centre';

/** Control characters as their escapes, so that a row stays one line. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => escapes[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

const escapes: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text in `width` columns of the terminal, `…` for what is left out. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const [kept = ''] = wrap(text, width - 1);
  return `${kept}…`;
}

/** The text in lines of at most `width` columns, broken anywhere between characters. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    const added = stringWidth(segment);
    if (used + added > width && line !== '') {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += segment;
    used += added;
  }
  lines.push(line);
  return lines;
}

const segmenter = new Intl.Segmenter();

/** The text with spaces up to `width` columns. */
export function pad(text: string, width: number, align: Align = 'left'): string {
  const space = Math.max(0, width - stringWidth(text));
  const before = align === 'left' ? 0 : align === 'right' ? space : Math.floor(space / 2);
  return ' '.repeat(before) + text + ' '.repeat(space - before);
}
