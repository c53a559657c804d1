import { DuckDBDataChunk, type DuckDBValue, DuckDBVector } from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';
import type { Data, Dictionary, Vector } from 'apache-arrow';
import { chunkRows } from './chunk-rows.ts';
import { bytesOf, damaged, type Filler, textFiller } from './fill-vector.ts';
import { arrow } from './lazy-arrow.ts';
import { bytesOfRow } from './text-values.ts';

/** Values that are indexes into a dictionary, written as the values that they stand for. */
export function dictionaryFiller(type: Dictionary, values: Filler): Filler {
  const { bitWidth } = type.indices;
  const { Type } = arrow();
  const isText = type.dictionary.typeId === Type.Utf8 || type.dictionary.typeId === Type.LargeUtf8;
  const texts = textFiller(values.type, textsOfRow, true);
  return {
    type: values.type,
    fill(vector, rows) {
      const { data, start, count, blank } = rows;
      if (count === 0) return;
      if (isText && data.dictionary?.nullCount === 0) return texts.fill(vector, rows);
      const indexBytes = bytesOf(data.values, start * (bitWidth / 8), count * (bitWidth / 8));
      const Indexes = type.indices.ArrayType as Int32ArrayConstructor;
      const indexes = new Indexes(indexBytes.buffer as ArrayBuffer, indexBytes.byteOffset, count);
      const isNull = (row: number) => blank?.[row] === 1 || !isValid(data, start + row);
      const found = valuesOf(data.dictionary as Vector, values);
      const target = DuckDBVector.create(vector, count);
      for (let row = 0; row < count; row++) {
        const value = isNull(row) ? null : found[Number(indexes[row])];
        if (value === undefined) throw damaged();
        target.setItem(row, value);
      }
      target.flush();
    },
  };
}

const known = new WeakMap<Vector, DuckDBValue[]>();
const entries = new WeakMap<Vector, Uint8Array[]>();

/** The text of each row, by its index. */
function textsOfRow(data: Data): (row: number) => Uint8Array {
  const dictionary = data.dictionary as Vector;
  let texts = entries.get(dictionary);
  if (texts === undefined) {
    texts = dictionary.data.flatMap((part) => {
      const bytesAt = bytesOfRow(part);
      return Array.from({ length: part.length }, (_, row) => bytesAt(row));
    });
    entries.set(dictionary, texts);
  }
  const known = texts;
  return (row) => {
    const text = known[Number(data.values[row])];
    if (text === undefined) throw damaged();
    return text;
  };
}

/** The values of a dictionary as DuckDB has them, made by its own filler, so that none of them loses a digit. */
function valuesOf(dictionary: Vector, filler: Filler): DuckDBValue[] {
  const { Vector: ArrowVector } = arrow();
  if (!(dictionary instanceof ArrowVector)) throw damaged();
  let values = known.get(dictionary);
  if (values === undefined) {
    values = dictionary.data.flatMap((data) => {
      const part: DuckDBValue[] = [];
      for (let start = 0; start < data.length; start += chunkRows) {
        const count = Math.min(chunkRows, data.length - start);
        const chunk = DuckDBDataChunk.create([filler.type], count);
        filler.fill(bindings.data_chunk_get_vector(chunk.chunk, 0), { data, start, count });
        part.push(...chunk.getColumnValues(0));
      }
      return part;
    });
    known.set(dictionary, values);
  }
  return values;
}

function isValid(data: Data, row: number): boolean {
  const { nullBitmap } = data;
  if (!nullBitmap || nullBitmap.byteLength === 0 || data.nullCount === 0) return true;
  return (((nullBitmap[row >> 3] as number) >> (row & 7)) & 1) === 1;
}
