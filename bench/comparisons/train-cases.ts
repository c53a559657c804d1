import type { DataKind, Options, Shape } from '../options.ts';

/** A training to compare: what both sides get. */
export interface TrainCase extends Size {
  kind: DataKind;
}

interface Size extends Shape {
  rows: number;
  /** Iterations of the peers that take such a number. */
  iterations: number;
  /** Most rows a centroid in the sampled form; 0: no sampled form, the rows are few as it is. */
  sampledPoints: number;
  kinds: DataKind[];
}

/** Sizes at which FAISS takes a minute at most: large shapes get fewer rows a centroid, fewer iterations and one kind of data. */
const sizes: Size[] = [
  { d: 128, k: 100, rows: 1_000_000, iterations: 20, sampledPoints: 256, kinds: ['real', 'mixture'] },
  { d: 128, k: 1000, rows: 400_000, iterations: 10, sampledPoints: 64, kinds: ['real', 'mixture'] },
  { d: 384, k: 1000, rows: 100_000, iterations: 10, sampledPoints: 39, kinds: ['real', 'mixture'] },
  { d: 768, k: 1000, rows: 100_000, iterations: 10, sampledPoints: 39, kinds: ['real'] },
  { d: 768, k: 10_000, rows: 80_000, iterations: 4, sampledPoints: 0, kinds: ['real'] },
  { d: 1536, k: 4096, rows: 80_000, iterations: 4, sampledPoints: 0, kinds: ['real'] },
];

/** The cases that the options ask for. */
export function trainCases(options: Options): TrainCase[] {
  const chosen = (options.shapes ?? sizes).map(({ d, k }): Size => {
    const known = sizes.find((size) => size.d === d && size.k === k);
    const rows = Math.min(1_000_000, 256 * k);
    return known ?? { d, k, rows, iterations: 10, sampledPoints: 64, kinds: ['real'] };
  });
  return chosen.flatMap((size) => (options.data ?? size.kinds).map((kind) => ({ ...size, kind })));
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
