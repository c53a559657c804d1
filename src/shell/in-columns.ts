import stringWidth from 'string-width';
import { pad } from '../render/cells.ts';

/** Words in columns that fit a line, to be read downwards as `ls` prints them. */
export function inColumns(words: string[], lineWidth: number): string {
  const gap = 2;
  const width = words.reduce((most, word) => Math.max(most, stringWidth(word)), 0) + gap;
  const columns = Math.max(1, Math.floor((lineWidth + gap) / width));
  const height = Math.ceil(words.length / columns);
  return Array.from({ length: height }, (_, row) => {
    const cells = words.filter((_word, index) => index % height === row);
    return `${cells
      .map((cell) => pad(cell, width))
      .join('')
      .trimEnd()}\n`;
  }).join('');
}
