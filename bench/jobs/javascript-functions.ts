import { createRequire } from 'node:module';
import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBScalarFunction,
  type DuckDBVector,
  FLOAT,
  INTEGER,
  LIST,
} from '@duckdb/node-api';
import { addonFile } from '../addon/build.ts';
import { embeddingsOf, readNpy } from './embeddings.ts';

interface Addon {
  prepare(centroids: Float32Array, k: number, d: number): object;
  nearest(prepared: object, rows: Float32Array, count: number, index: Int32Array): void;
}

/** The nearest centroid of `count` rows that lie one after the other. */
type Search = (rows: Float32Array, count: number, index: Int32Array) => void;

/**
 * Defines what the `udf` comparison measures, all of an embedding FLOAT[]: `js_nothing` answers 0, `js_nearest` searches in
 * JavaScript, `js_nearest_native` calls the extension's kernel through an addon. The centroids are a .npy file of `<f4`.
 */
export function registerJavaScriptFunctions(connection: DuckDBConnection, centroidsFile: string): void {
  const { values, rows: k, d } = readNpy(centroidsFile);
  register(connection, 'js_nothing', d, (_rows, count, index) => index.fill(0, 0, count));
  register(connection, 'js_nearest', d, searchOf(values, k, d));
  const addon = createRequire(import.meta.url)(addonFile) as Addon;
  const prepared = addon.prepare(values, k, d);
  register(connection, 'js_nearest_native', d, (rows, count, index) => addon.nearest(prepared, rows, count, index));
}

function register(connection: DuckDBConnection, name: string, d: number, search: Search): void {
  const index = new Int32Array(2048);
  const mainFunction = (_info: unknown, input: DuckDBDataChunk, output: DuckDBVector) => {
    search(embeddingsOf(input, 0, d), input.rowCount, index);
    for (let row = 0; row < input.rowCount; row++) output.setItem(row, index[row] ?? null);
    output.flush();
  };
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({ name, mainFunction, returnType: INTEGER, parameterTypes: [LIST(FLOAT)] }),
  );
}

/** Least squared norm less twice the product, in plain loops; four sums let the processor overlap the multiplications. */
function searchOf(centroids: Float32Array, k: number, d: number): Search {
  const norms = Float64Array.from({ length: k }, (_, j) => dot(centroids, j * d, centroids, j * d, d));
  return (rows, count, index) => {
    for (let row = 0; row < count; row++) {
      let best = Number.POSITIVE_INFINITY;
      for (let j = 0; j < k; j++) {
        const score = (norms[j] as number) - 2 * dot(rows, row * d, centroids, j * d, d);
        if (score < best) {
          best = score;
          index[row] = j;
        }
      }
    }
  };
}

function dot(a: Float32Array, aStart: number, b: Float32Array, bStart: number, d: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 4 <= d; i += 4) {
    s0 += (a[aStart + i] as number) * (b[bStart + i] as number);
    s1 += (a[aStart + i + 1] as number) * (b[bStart + i + 1] as number);
    s2 += (a[aStart + i + 2] as number) * (b[bStart + i + 2] as number);
    s3 += (a[aStart + i + 3] as number) * (b[bStart + i + 3] as number);
  }
  for (; i < d; i++) s0 += (a[aStart + i] as number) * (b[bStart + i] as number);
  return s0 + s1 + s2 + s3;
}
