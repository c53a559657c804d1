import type { Vectors } from '../data/vectors.ts';
import type { Contestant } from '../harness/rounds.ts';
import type { Options } from '../options.ts';
import { fileOf, judge, messages, ours, type Source, theirs, tracesOf } from './jobs.ts';
import type { Peer } from './train-cases.ts';
import { type Effort, nameOf, type Setting } from './train-settings.ts';

/** Rounds differ in their seed, the same for both sides. */
const firstSeed = 1234;

export function oursContestant(
  source: Source,
  data: Vectors,
  k: number,
  setting: Setting,
  options: Options,
): Contestant {
  const name = `DuckTopics, ${source}, ${nameOf(setting)}`;
  const { centroids } = tracesOf(`train ${name}`);
  return {
    name,
    job: (round) =>
      ours(
        options,
        {
          prepare: messages(data, source),
          steps: [
            {
              name: 'train',
              sql: [`CREATE TABLE topics AS ${training(source, data, k, setting, firstSeed + round)}`],
            },
          ],
          save: [{ sql: 'SELECT centroid FROM topics ORDER BY cluster_id', file: centroids }],
        },
        [fileOf(data, source)],
      ),
    judge: () => judge(data, centroids, k, options),
  };
}

/** The query of a model. A sample of a file is one of blocks: the peers do not read all rows for theirs either. */
function training(
  source: Source,
  data: Vectors,
  k: number,
  { iterations, points, init }: Setting,
  seed: number,
): string {
  const blocks = source !== 'table' && points * k < data.rows;
  const rows = blocks ? `'${fileOf(data, source)}', sample := 'blocks'` : `'messages'`;
  return `FROM kmeans_train(${rows}, k := ${k}, niter := ${iterations}, seed := ${seed}, max_points_per_centroid := ${points}, init := '${init}')`;
}

export function peerContestant(peer: Peer, data: Vectors, k: number, setting: Effort, options: Options): Contestant {
  const { centroids } = tracesOf(`train ${peer.name}`);
  return {
    name: peer.name,
    peer: true,
    job: (round) =>
      theirs(
        options,
        'train.py',
        { peer: peer.trainer, data: data.npy, k, ...setting, seed: firstSeed + round, centroids },
        [data.npy],
      ),
    judge: () => judge(data, centroids, k, options),
  };
}
