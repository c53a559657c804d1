import type { ComparisonName, Options } from '../options.ts';

/** Minutes of each comparison with five pairs on two cores, all data made. */
const minutes: Record<ComparisonName, number> = {
  notebook: 6,
  assign: 20,
  init: 3,
  train: 55,
  scale: 6,
  udf: 3,
  'faiss-node': 2,
};

/** About how many minutes the comparisons will take, from those with five pairs: one more round warms up. */
export function estimatedMinutes({ only, pairs }: Pick<Options, 'only' | 'pairs'>): number {
  const total = only.reduce((sum, name) => sum + minutes[name], 0);
  return Math.ceil((total * (pairs + 1)) / 6);
}
