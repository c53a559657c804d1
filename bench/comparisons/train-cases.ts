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

/** Sizes at which FAISS takes some seconds: large shapes get few rows a centroid, few iterations and one kind of data. */
const sizes: Size[] = [
  { d: 128, k: 100, rows: 300_000, iterations: 20, sampledPoints: 256, kinds: ['mixture'] },
  { d: 128, k: 1000, rows: 128_000, iterations: 8, sampledPoints: 39, kinds: ['real', 'mixture'] },
  { d: 384, k: 1000, rows: 64_000, iterations: 5, sampledPoints: 39, kinds: ['real'] },
  { d: 768, k: 1000, rows: 64_000, iterations: 5, sampledPoints: 39, kinds: ['real'] },
  { d: 768, k: 10_000, rows: 30_000, iterations: 2, sampledPoints: 0, kinds: ['real'] },
  { d: 1536, k: 4096, rows: 24_000, iterations: 3, sampledPoints: 0, kinds: ['real'] },
];

/** Components of all centroids above which MiniBatchKMeans, which compares each batch with all of them, takes minutes. */
const mostForMiniBatch = 800_000;

/** The cases that the options ask for. */
export function trainCases(options: Options): TrainCase[] {
  const chosen = (options.shapes ?? sizes).map(({ d, k }): Size => {
    const known = sizes.find((size) => size.d === d && size.k === k);
    const rows = Math.max(20_000, 64 * k);
    return known ?? { d, k, rows, iterations: 5, sampledPoints: 39, kinds: ['real'] };
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

/** The peers of a case; those that cannot sample are left to all rows. */
export function peersOf({ d, k }: Shape, form: 'sampled' | 'all rows'): Peer[] {
  return peers
    .filter(({ samples }) => samples || form === 'all rows')
    .filter(({ trainer }) => trainer !== 'minibatch' || d * k <= mostForMiniBatch);
}

const peers: Peer[] = [
  { name: 'FAISS Kmeans', trainer: 'faiss', samples: true },
  { name: 'FAISS SuperKmeans', trainer: 'faiss-super', samples: true },
  { name: 'SuperKMeans', trainer: 'superkmeans', samples: true },
  { name: 'SuperKMeans, hierarchical', trainer: 'superkmeans-hierarchical', samples: true },
  { name: 'MiniBatchKMeans', trainer: 'minibatch', samples: false },
];
