import { eachRow, type HostFunction } from '../src/labelling/host-function.ts';

export const mergeLabel: HostFunction = {
  name: 'merge_label',
  signatures: [['labels VARCHAR[]']],
  returns: 'VARCHAR',
  description: `Finds one name for several topics.

A single label is returned as it is. Without an endpoint the name is made of the words that most labels share.

NULL or no labels: NULL. NULL also where the budget is used up. Errors: the endpoint's, after retries.`,
  example: "SELECT merge_label(['cheap flights, travel', 'travel, hotels']) AS label",
  run: eachRow(([labels], labeller, scope) => labeller.merge(labels, scope)),
};
