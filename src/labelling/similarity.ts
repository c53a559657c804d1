import { wordsOf } from './keywords.ts';

/** How alike a text is to each of several others, -1 to 1. */
export type Similarity = (text: string, others: readonly string[]) => Promise<number[]>;

/** The cosine of the texts' embeddings. */
export function embeddingSimilarity(embed: (texts: readonly string[]) => Promise<Float32Array[]>): Similarity {
  return async (text, others) => {
    const [vector, ...vectors] = await embed([text, ...others]);
    return vectors.map((other) => cosine(vector as Float32Array, other));
  };
}

/** The share of the other text's words that this text has. */
export const wordSimilarity: Similarity = async (text, others) => {
  const words = new Set(wordsOf(text));
  return others.map((other) => {
    const theirs = new Set(wordsOf(other));
    return [...theirs].filter((word) => words.has(word)).length / (theirs.size || 1);
  });
};

function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / (Math.sqrt(aa * bb) || 1);
}
