import { eachRow, type HostFunction } from '../src/labelling/host-function.ts';

export const labelCluster: HostFunction = {
  name: 'label_cluster',
  signatures: [['texts VARCHAR[]'], ['texts VARCHAR[]', 'contrast VARCHAR[]']],
  returns: 'VARCHAR',
  description: `Names the topic of a cluster from a sample of its messages.

\`contrast\` holds messages of the nearest other clusters, which the name must not fit. The first 30 messages of each list count,
each cut to 600 characters; NULLs are left out. The name is one line of at most 80 characters without markup.

An OpenAI-compatible endpoint is asked where one is configured (\`OPENAI_API_KEY\`, \`OPENAI_BASE_URL\`,
\`DUCKTOPICS_LABEL_MODEL\`, or \`open(path, { labelling })\`); otherwise the name is made of the words that tell the messages from
the contrast. \`label_provider()\` says which. The same question is asked once: see \`label_cache()\`.

NULL or no messages: NULL. NULL also where the budget is used up (\`maxUsd\`, \`maxCalls\`): run the statement again with more.
Errors: the endpoint's, after retries; answers that came are kept.`,
  example: "SELECT label_cluster(['perl regex help', 'regex in perl', 'perl: matching with a regex']) AS label",
  run: eachRow(
    async ([texts, contrast], labeller, scope) => (await labeller.describe({ texts, contrast }, scope))?.label,
  ),
};
