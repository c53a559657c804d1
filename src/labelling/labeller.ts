import { Asker, type Outcome, type Quote, type Scope, type Spent } from './asker.ts';
import { prepareMessages, type Task } from './prompt.ts';
import type { Settings } from './settings.ts';
import { type ChoiceQuestion, chooseTopic, type TopicChoice } from './tasks/choose-topic.ts';
import { type ClusterDescription, type ClusterQuestion, describeCluster } from './tasks/describe-cluster.ts';
import { mergeLabel } from './tasks/merge-label.ts';
import { type SameTopicQuestion, sameTopic } from './tasks/same-topic.ts';

export type { Scope, Spent } from './asker.ts';

/** A question whose list of messages, label or text may be NULL, as SQL gives it. */
type Nullable<T> = { [K in keyof T]: T[K] | null };

/** How a question ended, beside its answer. */
interface Status {
  status: Outcome<unknown>['status'];
  error: string | null;
}

/** The questions that the SQL functions ask. Each returns null for NULL or nothing to ask about. */
export class Labeller {
  readonly #asker: Asker;

  constructor(settings: Settings) {
    this.#asker = new Asker(settings);
  }

  get provider(): 'openai' | 'keywords' {
    return this.#asker.provider;
  }

  get spent(): Spent {
    return this.#asker.spent;
  }

  /** Null also where the budget is used up; a failure is thrown. */
  async describe(question: Nullable<ClusterQuestion>, scope: Scope): Promise<ClusterDescription | null> {
    const task = describeTask(question);
    return task && answerOf(await this.#asker.ask(task, scope));
  }

  /** Always has a label: that of the keywords where the question is pending or failed. */
  async tryDescribe(question: Nullable<ClusterQuestion>, scope: Scope) {
    const task = describeTask(question);
    if (task === null) return null;
    const { answer, provider, model, status, error } = await this.#asker.ask(task, scope);
    const named = answer ?? (await task.offline());
    const by = answer === undefined ? { provider: 'keywords', model: null } : { provider, model };
    return { ...named, ...by, status, error };
  }

  async quoteDescribe(question: Nullable<ClusterQuestion>): Promise<Quote | null> {
    const task = describeTask(question);
    return task && this.#asker.quote(task);
  }

  async choose(question: Nullable<ChoiceQuestion>, scope: Scope): Promise<TopicChoice | null> {
    const task = this.#chooseTask(question);
    return task && answerOf(await this.#asker.ask(task, scope));
  }

  async tryChoose(question: Nullable<ChoiceQuestion>, scope: Scope) {
    const task = this.#chooseTask(question);
    if (task === null) return null;
    const { answer, provider, status, error } = await this.#asker.ask(task, scope);
    return { ...answer, provider, status, error };
  }

  async quoteChoose(question: Nullable<ChoiceQuestion>): Promise<Quote | null> {
    const task = this.#chooseTask(question);
    return task && this.#asker.quote(task);
  }

  async judge(question: SameTopicQuestion, scope: Scope): Promise<({ same?: boolean } & Status) | null> {
    const task = this.#judgeTask(question);
    if (task === null) return null;
    const { answer, status, error } = await this.#asker.ask(task, scope);
    return { ...answer, status, error };
  }

  async quoteJudge(question: SameTopicQuestion): Promise<Quote | null> {
    const task = this.#judgeTask(question);
    return task && this.#asker.quote(task);
  }

  async merge(labels: readonly (string | null)[] | null, scope: Scope): Promise<string | null> {
    const names = [...new Set(prepareMessages(labels ?? [], 50))];
    if (names.length <= 1) return names[0] ?? null;
    return answerOf(await this.#asker.ask(mergeLabel(names), scope));
  }

  embed(texts: readonly string[], scope: Scope): Promise<Float32Array[]> {
    return this.#asker.embed(texts, scope);
  }

  clearCache(): Promise<number> {
    return this.#asker.clearCache();
  }

  #chooseTask({ text, labels }: Nullable<ChoiceQuestion>): Task<TopicChoice> | null {
    return text === null ? null : chooseTopic({ text, labels: labels ?? [] }, this.#asker.similarity);
  }

  #judgeTask({ first, second }: SameTopicQuestion): Task<{ same: boolean; confidence: number }> | null {
    if (first.label === null || second.label === null) return null;
    return sameTopic(
      {
        first: { label: first.label, texts: first.texts ?? [] },
        second: { label: second.label, texts: second.texts ?? [] },
      },
      this.#asker.similarity,
    );
  }
}

function describeTask({ texts, contrast, taken }: Nullable<ClusterQuestion>): Task<ClusterDescription> | null {
  if (texts === null || prepareMessages(texts).length === 0) return null;
  return describeCluster({ texts, contrast: contrast ?? [], taken: taken ?? [] });
}

function answerOf<Answer>(outcome: Outcome<Answer>): Answer | null {
  if (outcome.status === 'failed') throw new Error(outcome.error ?? 'failed');
  return outcome.answer ?? null;
}
