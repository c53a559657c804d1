import { z } from 'zod';
import { InvalidAnswer } from '../check-label.ts';
import { dataNotice, fence, prepareMessage, prepareMessages, type Task } from '../prompt.ts';
import type { Similarity } from '../similarity.ts';

/** Whether two topics are one. */
export interface SameTopic {
  same: boolean;
  /** 0 to 1. */
  confidence: number;
}

export interface SameTopicQuestion {
  first: { label: string; texts: readonly (string | null)[] };
  second: { label: string; texts: readonly (string | null)[] };
}

const VERSION = 1;

/** From this similarity of their labels on, two topics are one, where no model is asked. */
const SAME_FROM = 0.7;

const schema = z.object({
  same: z.boolean().describe('whether a reader would file both under one topic'),
  confidence: z.number().describe('from 0 (a guess) to 1 (certain)'),
});

/** Asks whether two topics should become one. */
export function sameTopic({ first, second }: SameTopicQuestion, similarity: Similarity): Task<SameTopic> {
  const labels = [prepareMessage(first.label), prepareMessage(second.label)] as const;
  const texts = { a: prepareMessages(first.texts, 8, 250), b: prepareMessages(second.texts, 8, 250) };
  const { mark, blocks } = fence({ name: labels, first: texts.a, second: texts.b });
  return {
    name: 'same_topic',
    version: VERSION,
    input: { labels, texts },
    system:
      'You compare topics. You are shown the names of two topics and messages of each, and you answer whether a reader would ' +
      `file both under one topic: the same subject, not merely related ones.\n${dataNotice(mark)}`,
    user: `The names of the first and the second topic:\n${blocks.name}\n\nMessages of the first:\n${blocks.first}\n\nMessages of the second:\n${blocks.second}`,
    schema,
    maxTokens: 60,
    check(raw) {
      const answer = raw as z.infer<typeof schema>;
      if (!(answer.confidence >= 0 && answer.confidence <= 1)) {
        throw new InvalidAnswer(`invalid confidence: expected 0 to 1, got ${answer.confidence}`);
      }
      return answer;
    },
    async offline() {
      const [score = 0] = await similarity(labels[0], [labels[1]]);
      const same = score >= SAME_FROM;
      return { same, confidence: Math.min(1, Math.abs(score - SAME_FROM) / (same ? 1 - SAME_FROM : SAME_FROM)) };
    },
  };
}
