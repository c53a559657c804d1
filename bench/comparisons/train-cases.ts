import type { DataKind, Options, Shape } from '../options.ts';

/** A training to compare: what both sides get. */
export interface TrainCase extends Shape {
  kind: DataKind;
  rows: number;
  /** Iterations of the peers that take such a number. */
  iterations: number;
  /** Most rows a centroid that training uses in the sampled form; more rows are sampled. */
  sampledPoints: number;
}

interface Sizes extends Shape {
  rows: number;
  iterations: number;
  sampledPoints: number;
}

/** Sizes at which FAISS takes a minute or two at most: large shapes get fewer rows a centroid and fewer iterations. */
const sizes: Sizes[] = [
  { d: 128, k: 100, rows: 1_000_000, iterations: 20, sampledPoints: 256 },
  { d: 128, k: 1000, rows: 1_000_000, iterations: 10, sampledPoints: 256 },
  { d: 384, k: 1000, rows: 160_000, iterations: 10, sampledPoints: 64 },
  { d: 768, k: 1000, rows: 160_000, iterations: 10, sampledPoints: 64 },
  { d: 768, k: 10_000, rows: 100_000, iterations: 5, sampledPoints: 5 },
  { d: 1536, k: 4096, rows: 100_000, iterations: 5, sampledPoints: 12 },
];

const kinds: DataKind[] = ['real', 'mixture'];

/** The cases that the options ask for. */
export function trainCases(options: Options): TrainCase[] {
  const chosen = (options.shapes ?? sizes).map(({ d, k }): Sizes => {
    const known = sizes.find((size) => size.d === d && size.k === k);
    return known ?? { d, k, rows: Math.min(1_000_000, 256 * k), iterations: 10, sampledPoints: 64 };
  });
  return chosen.flatMap((size) => (options.data ?? kinds).map((kind) => ({ ...size, kind })));
}

export interface Peer {
  name: string;
  /** Name of the trainer in `peers/train.py`. */
  trainer: string;
  /** Whether it can be told how many rows to train on; others get all. */
  samples: boolean;
}

export const peers: Peer[] = [
  { name: 'FAISS Kmeans', trainer: 'faiss', samples: true },
  { name: 'FAISS SuperKmeans', trainer: 'faiss-super', samples: true },
  { name: 'SuperKMeans', trainer: 'superkmeans', samples: true },
  { name: 'SuperKMeans, hierarchical', trainer: 'superkmeans-hierarchical', samples: true },
  { name: 'MiniBatchKMeans', trainer: 'minibatch', samples: false },
];
