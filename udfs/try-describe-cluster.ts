import { eachRow, type HostFunction } from '../src/labelling/host-function.ts';

export const tryDescribeCluster: HostFunction = {
  name: 'try_describe_cluster',
  signatures: [['texts VARCHAR[]', 'contrast VARCHAR[]', 'taken VARCHAR[]']],
  returns:
    'STRUCT(label VARCHAR, description VARCHAR, keywords VARCHAR[], provider VARCHAR, model VARCHAR, status VARCHAR, error VARCHAR)',
  description: `Does what \`describe_cluster\` does and says how it went, instead of failing.

\`taken\` holds labels that other clusters have: the label will be another one. \`status\` is \`done\`; \`pending\` where the budget is
used up; or \`failed\`, with \`error\`. A topic that is not done is named by its keywords, and \`provider\` says so.`,
  example: `SELECT unnest(try_describe_cluster(['perl regex help', 'regex in perl', 'perl: matching with a regex'], [], []))`,
  run: eachRow(([texts, contrast, taken], labeller, scope) => labeller.tryDescribe({ texts, contrast, taken }, scope)),
};
