import { z } from 'zod';
import { checkLabel } from '../check-label.ts';
import { wordsOf } from '../keywords.ts';
import { dataNotice, fence, LABEL_RULES, prepareMessages, type Task } from '../prompt.ts';

const VERSION = 1;

const schema = z.object({ label: z.string().describe('one name for all the topics') });

/** Asks for one name for several topics. */
export function mergeLabel(labels: readonly (string | null)[]): Task<string> {
  const names = [...new Set(prepareMessages(labels, 50))];
  const { mark, blocks } = fence({ topic: names });
  return {
    name: 'merge_label',
    version: VERSION,
    input: { labels: names },
    system: `You name topics. You are shown the names of topics that become one, and you answer with one label for all of them. ${LABEL_RULES}\n${dataNotice(mark)}`,
    user: `The topics:\n${blocks.topic}`,
    schema,
    maxTokens: 80,
    check: (raw) => checkLabel((raw as z.infer<typeof schema>).label),
    offline: () => commonWords(names),
  };
}

/** The three words that most names share; of those that are as common, the ones that come first. */
function commonWords(names: string[]): string {
  if (names.length === 1) return names[0] as string;
  const counts = new Map<string, { names: number; position: number }>();
  for (const name of names) {
    for (const [position, word] of wordsOf(name).entries()) {
      const count = counts.get(word) ?? { names: 0, position: 0 };
      counts.set(word, { names: count.names + 1, position: count.position + position });
    }
  }
  const mean = (word: { names: number; position: number }) => word.position / word.names;
  return (
    [...counts]
      .sort((a, b) => b[1].names - a[1].names || mean(a[1]) - mean(b[1]) || (a[0] < b[0] ? -1 : 1))
      .slice(0, 3)
      .map(([word]) => word)
      .join(', ') ||
    (names[0] ?? 'no words')
  );
}
