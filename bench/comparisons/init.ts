import { vectors } from '../data/vectors.ts';
import { digits, type Outcome, type Table, times } from '../harness/report.ts';
import { alternate, medianOf, objectiveOf, progress, ratio, type Series, seconds } from '../harness/rounds.ts';
import type { DataKind, Options } from '../options.ts';
import type { Peer } from './train-cases.ts';
import { oursContestant, peerContestant } from './train-contestants.ts';

const shape = { d: 384, k: 1000 };
const points = 39;
const iterationCounts = [1, 5, 20];
const kinds: DataKind[] = ['uniform', 'mixture', 'real'];
/** Enough for medians; the contestants are many. */
const mostPairs = 3;

/** First centroids: k-means++ and random ones of ours, and FAISS' random ones, after few and many iterations. */
export async function init(options: Options, outcome: Outcome): Promise<void> {
  for (const { d, k } of options.shapes ?? [shape]) {
    for (const kind of options.data ?? kinds) {
      const data = await vectors(kind, d, points * k, options);
      if (data.rows < k) throw new Error(`invalid rows: ${data.rows}, expected at least k = ${k}`);
      const title = `init, ${kind}: d = ${d}, k = ${k}, ${data.rows.toLocaleString('en')} rows`;
      progress(title);
      const contestants = iterationCounts.flatMap((iterations) => [
        peerContestant(peerAfter(iterations), data, k, { iterations, points }, options),
        ...(['kmeans++', 'random'] as const).map((start) =>
          oursContestant('table', data, k, { iterations, points, init: start }, options),
        ),
      ]);
      const pairs = Math.min(mostPairs, options.pairs);
      const series = await alternate(contestants, pairs, { ...options, warmUp: false });
      outcome.cases[title] = series;
      outcome.tables.push(table(title, series));
    }
  }
}

/** FAISS' Kmeans under a name of its own for each number of iterations. */
function peerAfter(iterations: number): Peer {
  return { name: `FAISS Kmeans, ${iterations} from random`, trainer: 'faiss', samples: true };
}

/** Three lines for each number of iterations, FAISS first: what the ratios are to. */
function table(title: string, series: Series[]): Table {
  return {
    title,
    columns: ['', 's', 'its time / FAISS', 'objective', 'objective / FAISS'],
    rows: series.map((entry, i) => {
      const faiss = series[i - (i % 3)];
      const objective = medianOf(entry, objectiveOf);
      return [
        entry.name,
        digits(medianOf(entry, seconds)),
        times(faiss && ratio(entry, faiss, seconds)),
        objective?.toPrecision(6) ?? entry.failure ?? '–',
        (faiss && ratio(entry, faiss, objectiveOf))?.toFixed(4) ?? '–',
      ];
    }),
    notes: ['Ours train from a table in memory. With one iteration the time is mostly that of the first centroids.'],
  };
}
