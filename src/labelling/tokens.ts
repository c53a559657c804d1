import type { Tiktoken } from 'js-tiktoken/lite';

let encoder: Promise<Tiktoken> | undefined;

/**
 * How many tokens a text has for OpenAI's present models (`o200k_base`); other models come near it.
 * Special tokens in a text count as the plain text that they are.
 */
export async function countTokens(text: string): Promise<number> {
  encoder ??= loadEncoder();
  return (await encoder).encode(text, [], []).length;
}

/** The tokens of a chat prompt: each message costs 4 more, the beginning of the answer 3. */
export async function countChatTokens(messages: readonly { content: string }[]): Promise<number> {
  let tokens = 3;
  for (const { content } of messages) tokens += 4 + (await countTokens(content));
  return tokens;
}

/** Loaded on first use: the table of tokens takes 2 MB. */
async function loadEncoder(): Promise<Tiktoken> {
  const [{ Tiktoken }, ranks] = await Promise.all([import('js-tiktoken/lite'), import('js-tiktoken/ranks/o200k_base')]);
  return new Tiktoken(ranks.default);
}
