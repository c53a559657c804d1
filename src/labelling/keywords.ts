import { stopWords } from './stop-words.ts';

/**
 * The words that tell `texts` from `contrast`, best first.
 *
 * Class-based TF-IDF: a word's weight is the share of the texts that have it, times log(1 + A / f), where f is the sum of that
 * share over both classes and A its mean over all words. Words count once a text, so that no single long message decides.
 * Ties go by the alphabet: the same texts give the same words.
 *
 * Source: Grootendorst, "BERTopic", https://arxiv.org/abs/2203.05794.
 */
export function keywordsOf(texts: readonly string[], contrast: readonly string[] = [], n = 10): string[] {
  const here = shares(texts);
  const there = shares(contrast);
  const total = (word: string) => (here.get(word) ?? 0) + (there.get(word) ?? 0);
  const words = new Set([...here.keys(), ...there.keys()]);
  const mean = [...words].reduce((sum, word) => sum + total(word), 0) / (words.size || 1);
  const weight = (word: string) => (here.get(word) as number) * Math.log(1 + mean / total(word));
  // Without a contrast that formula favours rare words: then the commonest ones are the best.
  const score = contrast.length > 0 ? weight : total;
  const least = texts.length >= 5 ? 1.5 / texts.length : 0;
  const frequent = [...here.keys()].filter((word) => (here.get(word) as number) >= least);
  return dropVariants(
    (frequent.length >= 3 ? frequent : [...here.keys()])
      .map((word) => ({ word, score: score(word) }))
      .sort((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1))
      .map(({ word }) => word),
    n,
  );
}

/** The words of a text in lower case: at least 3 letters, no stop words, no numbers. */
export function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/\p{L}[\p{L}\p{M}'’-]*[\p{L}\p{M}]/gu) ?? [];
  return words
    .map((word) => word.replaceAll('’', "'").replace(/'s$/, ''))
    .filter((word) => word.length >= 3 && word.length <= 24 && !stopWords.has(word));
}

function shares(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of new Set(wordsOf(text))) counts.set(word, (counts.get(word) ?? 0) + 1 / texts.length);
  }
  return counts;
}

/** Leaves out a word whose plural or singular stands before it. */
function dropVariants(words: readonly string[], n: number): string[] {
  const kept: string[] = [];
  for (const word of words) {
    if (kept.length >= n) break;
    if (!kept.some((other) => other === `${word}s` || word === `${other}s`)) kept.push(word);
  }
  return kept;
}
