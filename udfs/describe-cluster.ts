import { eachRow, type HostFunction } from '../src/labelling/host-function.ts';

export const describeCluster: HostFunction = {
  name: 'describe_cluster',
  signatures: [['texts VARCHAR[]'], ['texts VARCHAR[]', 'contrast VARCHAR[]']],
  returns: 'STRUCT(label VARCHAR, description VARCHAR, keywords VARCHAR[])',
  description: `Names the topic of a cluster, describes it in a sentence and lists its keywords.

It is the same question as that of \`label_cluster\`, with the same arguments: whoever asks both pays once.`,
  example: "SELECT describe_cluster(['perl regex help', 'regex in perl', 'perl: matching with a regex']) AS topic",
  run: eachRow(([texts, contrast], labeller, scope) => labeller.describe({ texts, contrast }, scope)),
};
