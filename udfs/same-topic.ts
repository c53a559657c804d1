import { eachRow, type HostFunction } from '../src/labelling/host-function.ts';

export const sameTopic: HostFunction = {
  name: 'same_topic',
  signatures: [['label VARCHAR', 'texts VARCHAR[]', 'other_label VARCHAR', 'other_texts VARCHAR[]']],
  returns: 'STRUCT(same BOOLEAN, confidence DOUBLE, status VARCHAR, error VARCHAR)',
  description: `Judges whether two topics should become one, from their labels and messages of each.

The first 8 messages of each list count, each cut to 250 characters. \`status\` is \`done\`; \`pending\` where the budget is used up; or \`failed\`, with \`error\`;
\`same\` is NULL unless it is done. Without an endpoint two topics are the same when their labels' sentence embeddings have a
cosine of at least 0.7.`,
  example: "SELECT same_topic('cheap flights', ['flights to Rome'], 'air travel', ['a cheap flight']).same AS same",
  run: eachRow(([label, texts, otherLabel, otherTexts], labeller, scope) =>
    labeller.judge({ first: { label, texts }, second: { label: otherLabel, texts: otherTexts } }, scope),
  ),
};
