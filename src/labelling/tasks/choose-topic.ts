import { z } from 'zod';
import { checkLabel, InvalidAnswer } from '../check-label.ts';
import { keywordsOf } from '../keywords.ts';
import { dataNotice, fence, LABEL_RULES, prepareMessage, prepareMessages, type Task } from '../prompt.ts';
import type { Similarity } from '../similarity.ts';

/** Where a message belongs. */
export interface TopicChoice {
  /** One of the labels, or the name of a new topic. */
  label: string;
  is_new: boolean;
  /** 0 to 1. */
  confidence: number;
}

export interface ChoiceQuestion {
  text: string;
  labels: readonly (string | null)[];
}

const VERSION = 1;

/** Below this similarity to every label a message belongs to none of them, where no model is asked. */
const NEW_BELOW = 0.2;

const schema = z.object({
  choice: z.int().describe('the number of the topic, or 0 for none of these'),
  new_label: z.string().describe('the name of a new topic where choice is 0, otherwise empty'),
  confidence: z.number().describe('from 0 (a guess) to 1 (certain)'),
});

/** Asks which of these topics a message belongs to, or whether it needs a new one. */
export function chooseTopic(question: ChoiceQuestion, similarity: Similarity): Task<TopicChoice> {
  const text = prepareMessage(question.text, 2000);
  const labels = prepareMessages(question.labels, 50);
  const { mark, blocks } = fence({ message: [text], topic: labels.map((label, index) => `${index + 1}: ${label}`) });
  return {
    name: 'choose_topic',
    version: VERSION,
    input: { text, labels },
    system:
      'You sort messages into topics. You are shown one message and numbered topics; you answer with the number of the topic ' +
      'that the message is about, or 0 and the name of a new topic when it is about none of them. ' +
      `${LABEL_RULES}\n${dataNotice(mark)}`,
    user: `The message:\n${blocks.message}\n\nThe topics:\n${blocks.topic || 'none yet'}`,
    schema,
    maxTokens: 100,
    check(raw) {
      const { choice, new_label, confidence } = raw as z.infer<typeof schema>;
      if (choice < 0 || choice > labels.length) {
        throw new InvalidAnswer(`invalid choice: expected 0 to ${labels.length}, got ${choice}`);
      }
      if (!(confidence >= 0 && confidence <= 1)) {
        throw new InvalidAnswer(`invalid confidence: expected 0 to 1, got ${confidence}`);
      }
      if (choice > 0) return { label: labels[choice - 1] as string, is_new: false, confidence };
      const label = checkLabel(new_label);
      const known = labels.find((other) => other.toLowerCase() === label.toLowerCase());
      return { label: known ?? label, is_new: known === undefined, confidence };
    },
    async offline() {
      const scores = await similarity(prepareMessage(text, 300), labels);
      const best = scores.indexOf(Math.max(...scores));
      const confidence = Math.min(1, Math.max(0, scores[best] ?? 0));
      if (best >= 0 && confidence >= NEW_BELOW) return { label: labels[best] as string, is_new: false, confidence };
      return { label: keywordsOf([text], [], 3).join(', ') || 'no words', is_new: true, confidence: 1 - confidence };
    },
  };
}
