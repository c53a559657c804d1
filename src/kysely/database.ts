/**
 * The tables that the pipelines make, as Kysely sees them. `Id` is the type of the messages' id.
 *
 * ```ts
 * interface Messages { id: bigint; text: string; embedding: number[] }
 * const db = new Kysely<Database & { messages: Messages }>({ dialect: new DuckTopicsDialect(duck) });
 * ```
 *
 * A property that may be NULL says so. A table is there once its pipeline has run: discover.sql, label.sql, merge.sql, refine.sql and
 * quote.sql make these; `DailyDatabase` adds those of daily.sql and retrain.sql.
 */
export interface Database<Id = bigint> {
  topics: TopicsTable;
  assignments: AssignmentsTable<Id>;
  topic_keywords: TopicKeywordsTable;
  topic_samples: TopicSamplesTable<Id>;
  label_inputs: LabelInputsTable<Id>;
  label_evidence: LabelEvidenceTable<Id>;
  topic_labels: TopicLabelsTable<Id>;
  topic_merges: TopicMergesTable;
  topic_map: TopicMapTable;
  merged_topics: MergedTopicsTable;
  supertopics: SupertopicsTable;
  misfits: MisfitsTable<Id>;
  proposed_topics: ProposedTopicsTable<Id>;
  typical_messages: TypicalMessagesTable<Id>;
  label_bill: LabelBillTable;
}

/** The tables where daily.sql and retrain.sql run too. */
export interface DailyDatabase<Id = bigint> extends Omit<Database<Id>, 'assignments'> {
  assignments: DailyAssignmentsTable<Id>;
  topic_lineage: TopicLineageTable;
  topic_baseline: TopicBaselineTable;
  topic_days: TopicDaysTable;
  drift: DriftTable;
  daily_report: DailyReportTable;
}

/** A vector of numbers: `FLOAT[]`, `FLOAT[d]`, `DOUBLE[]` or `DOUBLE[d]`. */
export type Embedding = number[];

/** Texts of messages, of which some may be NULL. */
export type Texts = (string | null)[];

/** Whether a question to the language model was answered; `pending`: the budget is used up. */
export type Status = 'done' | 'pending' | 'failed';

/** A model: one row a cluster. */
export interface TopicsTable {
  cluster_id: number;
  centroid: Embedding;
  /** The number of rows that the centroid is the mean of; NULL after training without exact passes. */
  size: bigint | null;
}

export interface AssignmentsTable<Id = bigint> {
  id: Id;
  /** NULL for a message without an embedding, as the two below. */
  cluster_id: number | null;
  /** The squared L2 distance to the centroid. */
  distance: number | null;
  /** How much farther the second nearest centroid is; NULL also where there is none. */
  margin: number | null;
}

export interface DailyAssignmentsTable<Id = bigint> extends AssignmentsTable<Id> {
  day: Date | null;
  /** NULL for what the training assigned. */
  assigned_on: Date | null;
}

export interface TopicKeywordsTable {
  cluster_id: number;
  keywords: string[];
}

export interface TopicSamplesTable<Id = bigint> {
  cluster_id: number;
  id: Id;
  text: string | null;
}

export interface LabelInputsTable<Id = bigint> {
  cluster_id: number;
  texts: Texts;
  sample_ids: Id[];
  contrast: Texts;
  held_out_texts: Texts;
  held_out_ids: Id[];
  neighbours: number[];
}

export interface LabelEvidenceTable<Id = bigint> {
  cluster_id: number;
  id: Id;
  label: string | null;
  offered: Texts;
  choice: string | null;
  confidence: number | null;
  provider: string | null;
  status: Status | null;
  is_right: boolean | null;
}

export interface TopicLabelsTable<Id = bigint> {
  cluster_id: number;
  /** NULL where no answer has come. */
  label: string | null;
  description: string | null;
  keywords: string[] | null;
  provider: string | null;
  model: string | null;
  status: Status | null;
  error: string | null;
  /** The share of held-out messages that were matched to the label; NULL where none was held out. */
  score: number | null;
  sample_ids: Id[];
  held_out_ids: Id[];
}

export interface TopicMergesTable {
  cluster_id: number;
  other_id: number;
  centroid_similarity: number | null;
  label_similarity: number | null;
  similarity: number | null;
  judged_by: 'model' | 'threshold';
  same: boolean | null;
  confidence: number | null;
  status: Status | null;
  error: string | null;
}

export interface TopicMapTable {
  cluster_id: number;
  topic_id: number;
}

export interface MergedTopicsTable {
  topic_id: number;
  label: string | null;
  size: bigint;
  cluster_ids: number[];
}

export interface SupertopicsTable {
  level: number;
  topic_id: number;
  /** The topic_id of a row one level up; NULL at the top. */
  parent_id: number | null;
  label: string | null;
  size: bigint;
}

export interface MisfitsTable<Id = bigint> {
  id: Id;
  cluster_id: number;
  label_similarity: number | null;
  margin: number | null;
  misfit: number;
  offered: Texts;
  choice: string | null;
  /** The cluster_id of the choice; NULL for a new topic. */
  choice_id: number | null;
  is_new: boolean | null;
  confidence: number | null;
  provider: string | null;
  status: Status | null;
  error: string | null;
}

export interface ProposedTopicsTable<Id = bigint> {
  proposal_id: number;
  label: string | null;
  size: bigint;
  centroid: Embedding;
  ids: Id[];
  provider: string | null;
  status: Status | null;
}

export interface TypicalMessagesTable<Id = bigint> {
  cluster_id: number;
  /** 1 for the message nearest to the centre. */
  place: bigint;
  id: Id;
  distance: number;
}

export interface LabelBillTable {
  step: string;
  calls: bigint;
  prompt_tokens: bigint;
  completion_tokens: bigint;
  /** NULL where the model's price is unknown. */
  usd: number | null;
}

export interface TopicLineageTable {
  as_of: Date;
  cluster_id: number;
  event: TopicEvent;
  from_ids: number[] | null;
  to_ids: number[] | null;
  shared: bigint | null;
  overlap: number | null;
  distance: number | null;
  shift: number | null;
  relabel: boolean;
}

export type TopicEvent = 'kept' | 'moved' | 'split' | 'merged' | 'new' | 'retired';

export interface TopicBaselineTable {
  /** NULL for all topics together. */
  cluster_id: number | null;
  size: bigint;
  mean_distance: number | null;
  mean_margin: number | null;
  far_distance: number | null;
}

export interface TopicDaysTable {
  day: Date;
  cluster_id: number;
  size: bigint;
  share: number;
  far: bigint;
  mean_distance: number | null;
  mean_margin: number | null;
}

export interface DriftTable {
  day: Date;
  messages: bigint;
  far: bigint;
  far_share: number | null;
  mean_distance: number | null;
  distance_ratio: number | null;
  mean_margin: number | null;
  margin_ratio: number | null;
}

export interface DailyReportTable {
  as_of: Date;
  added: bigint;
  late: bigint;
  waiting: bigint;
  messages: bigint;
  far_share: number | null;
  distance_ratio: number | null;
  margin_ratio: number | null;
  retrain: boolean;
  reason: string | null;
}
