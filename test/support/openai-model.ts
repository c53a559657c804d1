import { createHash } from 'node:crypto';

export interface ChatMessage {
  role: string;
  content: string;
}

/**
 * The answer of a deterministic model to one of our prompts, as the JSON that the schema asks for.
 *
 * It names a cluster after the words that most of its messages share and few others have, and chooses the topic that shares
 * most words with a message. It reads the prompt as a real model must: by the marks around the messages.
 */
export function answerPrompt(messages: readonly ChatMessage[], responseFormat: unknown): string {
  const prompt = messages[1]?.content ?? '';
  const fields = schemaFields(responseFormat);
  if (fields.includes('keywords')) {
    const words = commonWords(marked(prompt, 'message'), marked(prompt, 'other'));
    const taken = marked(prompt, 'taken');
    const names = words.map((_, at) => `About ${words.slice(0, at + 1).join(' ')}`);
    const label = names.find((name) => !taken.includes(name)) ?? `About ${words.join(' ')} again`;
    return JSON.stringify({ label, description: `Messages about ${words[0]}`, keywords: words.slice(0, 5) });
  }
  if (fields.includes('choice')) {
    const message = new Set(wordsOf(marked(prompt, 'message')[0] ?? ''));
    const scores = marked(prompt, 'topic').map((topic) => wordsOf(topic).filter((word) => message.has(word)).length);
    const best = scores.indexOf(Math.max(0, ...scores));
    const choice = (scores[best] ?? 0) > 0 ? best + 1 : 0;
    const [first = 'nothing'] = [...message];
    return JSON.stringify({ choice, new_label: choice === 0 ? `New ${first}` : '', confidence: 0.9 });
  }
  if (fields.includes('same')) {
    const [first = '', second = ''] = marked(prompt, 'name').map((name) => wordsOf(name).sort().join(' '));
    return JSON.stringify({ same: first === second, confidence: 0.8 });
  }
  const words = commonWords(marked(prompt, 'topic'), []);
  return JSON.stringify({ label: `All ${words.slice(0, 2).join(' ')}` });
}

/** A vector of 16 numbers that depends on the text alone; equal words make vectors alike. */
export function embedding(text: string): number[] {
  const vector = new Array<number>(16).fill(0);
  for (const word of wordsOf(text)) {
    const bytes = createHash('sha256').update(word).digest();
    for (let i = 0; i < 16; i++) vector[i] = (vector[i] as number) + (bytes[i] as number) / 128 - 1;
  }
  return vector.map((component) => component || 0.001);
}

function schemaFields(responseFormat: unknown): string[] {
  const format = responseFormat as {
    type: string;
    json_schema: { strict: boolean; schema: { properties: Record<string, unknown>; required: string[] } };
  };
  if (format?.type !== 'json_schema' || !format.json_schema.strict) throw new Error('expected a strict JSON schema');
  const { properties, required } = format.json_schema.schema;
  if (required.length !== Object.keys(properties).length) throw new Error('strict schemas require every property');
  return Object.keys(properties);
}

function marked(prompt: string, name: string): string[] {
  return [...prompt.matchAll(new RegExp(`<${name}-([0-9a-f]{16})>([\\s\\S]*?)</${name}-\\1>`, 'g'))].map(
    (match) => match[2] as string,
  );
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z]{3,}\d*/g) ?? [];
}

function commonWords(texts: string[], others: string[]): string[] {
  const score = new Map<string, number>();
  for (const text of texts) for (const word of new Set(wordsOf(text))) score.set(word, (score.get(word) ?? 0) + 1);
  for (const text of others)
    for (const word of new Set(wordsOf(text))) {
      if (score.has(word)) score.set(word, (score.get(word) as number) - 1);
    }
  return [...score]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([word]) => word)
    .slice(0, 6);
}
