import { z } from 'zod';
import { checkLabel, checkText, InvalidAnswer } from '../check-label.ts';
import { keywordsOf } from '../keywords.ts';
import { dataNotice, fence, LABEL_RULES, prepareMessages, type Task } from '../prompt.ts';

/** What a cluster is about. */
export interface ClusterDescription {
  label: string;
  description: string;
  keywords: string[];
}

export interface ClusterQuestion {
  /** Messages of the cluster. */
  texts: readonly (string | null)[];
  /** Messages of the clusters nearest to it, which the label must not fit. */
  contrast?: readonly (string | null)[];
  /** Labels that other clusters have. */
  taken?: readonly (string | null)[];
}

const VERSION = 1;

const schema = z.object({
  label: z.string().describe('the name of the topic'),
  description: z.string().describe('one sentence: what the messages have in common'),
  keywords: z.array(z.string()).describe('3 to 8 words or short phrases that are typical of the messages'),
});

/** Asks for the name, the description and the keywords of a cluster, in one call for all three. */
export function describeCluster(question: ClusterQuestion): Task<ClusterDescription> {
  const texts = prepareMessages(question.texts);
  const contrast = prepareMessages(question.contrast ?? []);
  const taken = prepareMessages(question.taken ?? [], 100);
  const { mark, blocks } = fence({ message: texts, other: contrast, taken });
  const parts = [`The messages of the topic:\n${blocks.message}`];
  if (contrast.length > 0) parts.push(`Messages of other topics, which the label must not fit:\n${blocks.other}`);
  if (taken.length > 0) {
    parts.push(`Labels that other topics have already; find one that tells this topic from them:\n${blocks.taken}`);
  }
  return {
    name: 'label_cluster',
    version: VERSION,
    input: { texts, contrast, taken },
    system:
      'You name topics. You are shown messages that were grouped because they are alike, and you answer with a label, a ' +
      `description of one sentence, and keywords. ${LABEL_RULES}\n${dataNotice(mark)}`,
    user: parts.join('\n\n'),
    schema,
    maxTokens: 300,
    check(raw) {
      const { label, description, keywords } = raw as z.infer<typeof schema>;
      const checked = {
        label: checkLabel(label),
        description: checkText('description', description.replace(/\s+/g, ' '), 500),
        keywords: [...new Set(keywords.map((keyword) => checkText('keyword', keyword, 60)))].slice(0, 10),
      };
      const isTaken = taken.some((other) => other.toLowerCase() === checked.label.toLowerCase());
      if (isTaken) throw new InvalidAnswer(`invalid label: expected one that is not taken, got ${checked.label}`);
      return checked;
    },
    offline: () => fromKeywords(texts, contrast, taken),
  };
}

/** A label of the three best keywords that no other topic has. */
function fromKeywords(texts: string[], contrast: string[], taken: string[]): ClusterDescription {
  const keywords = keywordsOf(texts, contrast, 12);
  const others = new Set(taken.map((label) => label.toLowerCase()));
  for (let skip = 0; skip + 3 <= keywords.length; skip++) {
    const label = [...keywords.slice(0, 2), ...keywords.slice(2 + skip, 3 + skip)].join(', ');
    if (!others.has(label) && label.length <= 80) return described(label, keywords);
  }
  const words = keywords.slice(0, 3).join(', ') || 'no words';
  for (let number = 1; ; number++) {
    const label = number === 1 ? words : `${words} (${number})`;
    if (!others.has(label)) return described(label, keywords);
  }
}

function described(label: string, keywords: string[]): ClusterDescription {
  return { label, description: `Messages with the words ${label}`, keywords: keywords.slice(0, 10) };
}
