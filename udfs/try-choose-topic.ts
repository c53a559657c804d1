import { eachRow, type HostFunction } from '../src/labelling/host-function.ts';

export const tryChooseTopic: HostFunction = {
  name: 'try_choose_topic',
  signatures: [['text VARCHAR', 'labels VARCHAR[]']],
  returns: 'STRUCT(label VARCHAR, is_new BOOLEAN, confidence DOUBLE, provider VARCHAR, status VARCHAR, error VARCHAR)',
  description: `Does what \`choose_topic\` does and says how it went, instead of failing.

\`status\` is \`done\`; \`pending\` where the budget is used up; or \`failed\`, with \`error\`. The choice is NULL unless it is done.`,
  example: `SELECT answer.label, answer.provider, answer.status
FROM (SELECT try_choose_topic('cheap flights to Rome', ['travel, flights', 'cooking, recipes']) AS answer)`,
  run: eachRow(([text, labels], labeller, scope) => labeller.tryChoose({ text, labels }, scope)),
};
