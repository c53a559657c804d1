import type { Data, Dictionary, Vector } from 'apache-arrow';
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
      if (isText && data.dictionary?.nullCount === 0) return texts.fill(vector, rows);
      const indexBytes = bytesOf(data.values, start * (bitWidth / 8), count * (bitWidth / 8));
      const Indexes = type.indices.ArrayType as Int32ArrayConstructor;
      const indexes = new Indexes(indexBytes.buffer as ArrayBuffer, indexBytes.byteOffset, count);
      const isNull = (row: number) => blank?.[row] === 1 || !isValid(data, start + row);
      const taken = take(type, data.dictionary as Vector, indexes, isNull);
      values.fill(vector, { data: taken, start: 0, count });
    },
  };
}

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

/** An array with the values at these places of the dictionary. */
function take(type: Dictionary, dictionary: Vector, indexes: Int32Array, isNull: (row: number) => boolean): Data {
  const { Vector: ArrowVector, vectorFromArray } = arrow();
  if (!(dictionary instanceof ArrowVector)) throw damaged();
  const found = Array.from(indexes, (index, row) => {
    if (isNull(row)) return null;
    const at = Number(index);
    if (!(at >= 0 && at < dictionary.length)) throw damaged();
    return dictionary.get(at);
  });
  return vectorFromArray(found, type.dictionary).data[0] as Data;
}

function isValid(data: Data, row: number): boolean {
  const { nullBitmap } = data;
  if (!nullBitmap || nullBitmap.byteLength === 0 || data.nullCount === 0) return true;
  return (((nullBitmap[row >> 3] as number) >> (row & 7)) & 1) === 1;
}
