import { eachRow, type HostFunction } from '../src/labelling/host-function.ts';

export const chooseTopic: HostFunction = {
  name: 'choose_topic',
  signatures: [['text VARCHAR', 'labels VARCHAR[]']],
  returns: 'STRUCT(label VARCHAR, is_new BOOLEAN, confidence DOUBLE)',
  description: `Chooses the topic of a message among labels, or names a new one.

\`is_new\` tells that no label fits; \`label\` is then the name of a new topic. \`confidence\` is from 0 to 1. Without an endpoint the
label most similar to the message is chosen, by the offline sentence encoder or, where that is not installed, by shared words.

NULL text: NULL. NULL also where the budget is used up. Errors: the endpoint's, after retries; answers that came are kept.`,
  example: "SELECT choose_topic('cheap flights to Rome', ['travel, flights', 'cooking, recipes']).label AS label",
  run: eachRow(([text, labels], labeller, scope) => labeller.choose({ text, labels }, scope)),
};
