import type { HostFunction } from '../src/labelling/host-function.ts';
import { chooseTopic } from './choose-topic.ts';
import { describeCluster } from './describe-cluster.ts';
import { embedText } from './embed-text.ts';
import { labelCacheClear } from './label-cache-clear.ts';
import { labelCluster } from './label-cluster.ts';
import { labelProvider } from './label-provider.ts';
import { chooseQuote, labelQuote, sameTopicQuote } from './label-quote.ts';
import { mergeLabel } from './merge-label.ts';
import { sameTopic } from './same-topic.ts';
import { tryChooseTopic } from './try-choose-topic.ts';
import { tryDescribeCluster } from './try-describe-cluster.ts';

/** Every SQL function that is written in TypeScript. */
export const hostFunctions: readonly HostFunction[] = [
  chooseQuote,
  chooseTopic,
  describeCluster,
  embedText,
  labelCacheClear,
  labelCluster,
  labelProvider,
  labelQuote,
  mergeLabel,
  sameTopic,
  sameTopicQuote,
  tryChooseTopic,
  tryDescribeCluster,
];
