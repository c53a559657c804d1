import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const comparisonNames = ['notebook', 'assign', 'init', 'train', 'scale', 'udf', 'faiss-node'] as const;
export type ComparisonName = (typeof comparisonNames)[number];

export const dataKinds = ['uniform', 'mixture', 'real'] as const;
export type DataKind = (typeof dataKinds)[number];

export interface Shape {
  /** Dimensions of an embedding. */
  d: number;
  /** Number of centroids. */
  k: number;
}

export interface Options {
  only: ComparisonName[];
  /** Most rows of any data set; undefined: what each comparison says. */
  rows: number | undefined;
  /** How many times each contestant's run is counted. */
  pairs: number;
  /** Threads, and cores, that both sides get. */
  threads: number;
  /** Kinds of data; undefined: what each comparison says. */
  data: DataKind[] | undefined;
  /** Shapes; undefined: what each comparison says. */
  shapes: Shape[] | undefined;
  /** Seconds after which a run is ended and counts as not finished. */
  limit: number;
  /** Minutes to spend on more sentence embeddings; undefined: 20 where there are fewer than 50,000. */
  minutes: number | undefined;
  /** Scale: 50 million rows of their own (26 GB) in place of 10 million read five times. */
  distinct: boolean;
  /** File of the extension; undefined: the one of this project. */
  extension: string | undefined;
  /** Put the tables into bench/README.md. */
  writeReadme: boolean;
}

export const usage = `npm run bench -- [options]

  --only NAME[,NAME]      ${comparisonNames.join(', ')}; default: all
  --rows N                use N rows at most
  --pairs N               rounds that count; default: 5
  --threads N             threads and cores of both sides; default: all
  --data KIND[,KIND]      ${dataKinds.join(', ')}; default: what each comparison says
  --shapes DxK[,DxK]      such as 128x100,768x10000; default: what each comparison says
  --limit SECONDS         end a run after this time; default: 60
  --embed-minutes N       spend this time on more sentence embeddings; default: 20 where there are fewer than 50,000
  --distinct              scale: 50 million rows of their own (26 GB of disk)
  --extension FILE        measure this build of the extension
  --write-readme          put the tables into bench/README.md`;

/** Reads the command line. Throws `invalid ...` or `unknown ...` with what is allowed. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      rows: { type: 'string' },
      pairs: { type: 'string' },
      threads: { type: 'string' },
      data: { type: 'string' },
      shapes: { type: 'string' },
      limit: { type: 'string' },
      'embed-minutes': { type: 'string' },
      distinct: { type: 'boolean' },
      extension: { type: 'string' },
      'write-readme': { type: 'boolean' },
    },
  });
  const cores = availableParallelism();
  const threads = wholeNumber('threads', values.threads, 1) ?? cores;
  if (threads > cores) throw new Error(`invalid threads: ${threads}, expected at most ${cores}, one a core`);
  return {
    only: choices('comparison', values.only, comparisonNames) ?? [...comparisonNames],
    rows: wholeNumber('rows', values.rows, 1),
    pairs: wholeNumber('pairs', values.pairs, 1) ?? 5,
    threads,
    data: choices('data', values.data, dataKinds),
    shapes: values.shapes?.split(',').map(shapeOf),
    limit: wholeNumber('limit', values.limit, 1) ?? 60,
    minutes: wholeNumber('embed-minutes', values['embed-minutes'], 0),
    distinct: values.distinct ?? false,
    extension: values.extension,
    writeReadme: values['write-readme'] ?? false,
  };
}

function wholeNumber(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(value) || value < least) {
    throw new Error(`invalid ${name}: ${text}, expected a whole number of at least ${least}`);
  }
  return value;
}

function choices<T extends string>(name: string, text: string | undefined, allowed: readonly T[]): T[] | undefined {
  return text?.split(',').map((part) => {
    const found = allowed.find((choice) => choice === part);
    if (found === undefined) throw new Error(`unknown ${name}: ${part}, expected ${allowed.join(', ')}`);
    return found;
  });
}

function shapeOf(text: string): Shape {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (match === null) throw new Error(`invalid shape: ${text}, expected dimensions x centroids such as 768x1000`);
  return { d: Number(match[1]), k: Number(match[2]) };
}
