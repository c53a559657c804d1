import { type HostFunction, once } from '../src/labelling/host-function.ts';

export const labelProvider: HostFunction = {
  name: 'label_provider',
  signatures: [[]],
  returns: 'VARCHAR',
  description: `Tells who names topics: \`openai\` (an OpenAI-compatible endpoint) or \`keywords\` (no endpoint is configured).`,
  example: 'SELECT label_provider() AS provider',
  run: once(async (labeller) => labeller.provider),
};
