import { Tiktoken } from 'js-tiktoken/lite';
import o200kBase from 'js-tiktoken/ranks/o200k_base';

let encoder: Tiktoken | undefined;

/**
 * How many tokens a text has for OpenAI's present models (`o200k_base`); other models come near it.
 * Special tokens in a text count as the plain text that they are.
 */
export function countTokens(text: string): number {
  encoder ??= new Tiktoken(o200kBase);
  return encoder.encode(text, [], []).length;
}

/** The tokens of a chat prompt: each message costs 4 more, the beginning of the answer 3. */
export function countChatTokens(messages: readonly { content: string }[]): number {
  return messages.reduce((sum, message) => sum + countTokens(message.content) + 4, 3);
}
