import { eachRow, type HostFunction } from '../src/labelling/host-function.ts';

const QUOTE = 'STRUCT(calls INTEGER, prompt_tokens BIGINT, completion_tokens BIGINT, usd DOUBLE)';

export const labelQuote: HostFunction = {
  name: 'label_quote',
  signatures: [['texts VARCHAR[]'], ['texts VARCHAR[]', 'contrast VARCHAR[]']],
  returns: QUOTE,
  description: `Tells what \`label_cluster\` or \`describe_cluster\` would cost with these arguments, and asks nothing.

The prompt that would be sent is built and its tokens counted; completion tokens and price (US dollars) are the most that the
answer can take. All are 0 where the answer is in the cache or no endpoint is configured. \`usd\` is NULL where the model's price is
unknown: give it with \`DUCKTOPICS_PRICES\`.`,
  example: "SELECT label_quote(['perl regex help', 'regex in perl', 'perl: matching with a regex']) AS quote",
  run: eachRow(([texts, contrast], labeller) => labeller.quoteDescribe({ texts, contrast })),
};

export const chooseQuote: HostFunction = {
  name: 'choose_quote',
  signatures: [['text VARCHAR', 'labels VARCHAR[]']],
  returns: QUOTE,
  description: `Tells what \`choose_topic\` would cost with these arguments, and asks nothing.

The columns are those of \`label_quote\`.`,
  example: "SELECT choose_quote('cheap flights to Rome', ['travel, flights', 'cooking, recipes']) AS quote",
  run: eachRow(([text, labels], labeller) => labeller.quoteChoose({ text, labels })),
};

export const sameTopicQuote: HostFunction = {
  name: 'same_topic_quote',
  signatures: [['label VARCHAR', 'texts VARCHAR[]', 'other_label VARCHAR', 'other_texts VARCHAR[]']],
  returns: QUOTE,
  description: `Tells what \`same_topic\` would cost with these arguments, and asks nothing.

The columns are those of \`label_quote\`.`,
  example: "SELECT same_topic_quote('cheap flights', ['flights to Rome'], 'air travel', ['a cheap flight']) AS quote",
  run: eachRow(([label, texts, otherLabel, otherTexts], labeller) =>
    labeller.quoteJudge({ first: { label, texts }, second: { label: otherLabel, texts: otherTexts } }),
  ),
};
