/** US dollars for a million tokens of input (prompt) and output (completion). An embedding model has no output. */
export interface Price {
  input: number;
  output: number;
}

export type Prices = Record<string, Price>;

/** OpenAI's list prices in US dollars for a million tokens, as of 2025. Other models: the option `prices`. */
export const listPrices: Prices = {
  'gpt-5': { input: 1.25, output: 10 },
  'gpt-5-mini': { input: 0.25, output: 2 },
  'gpt-5-nano': { input: 0.05, output: 0.4 },
  'gpt-4.1': { input: 2, output: 8 },
  'gpt-4.1-mini': { input: 0.4, output: 1.6 },
  'gpt-4.1-nano': { input: 0.1, output: 0.4 },
  'gpt-4o': { input: 2.5, output: 10 },
  'gpt-4o-mini': { input: 0.15, output: 0.6 },
  'text-embedding-3-small': { input: 0.02, output: 0 },
  'text-embedding-3-large': { input: 0.13, output: 0 },
  'text-embedding-ada-002': { input: 0.1, output: 0 },
};

/**
 * What tokens of a model cost in US dollars; undefined where the price is unknown. A dated name (`gpt-4.1-mini-2025-04-14`)
 * costs what its family does.
 */
export function costOf(prices: Prices, model: string, tokens: { prompt: number; completion: number }) {
  const family = model.replace(/-\d{4}-\d{2}-\d{2}$/, '');
  const price = prices[model] ?? prices[family] ?? listPrices[family];
  return price && (tokens.prompt * price.input + tokens.completion * price.output) / 1e6;
}
