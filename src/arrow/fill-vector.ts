import { isAscii, isUtf8 } from 'node:buffer';
import type { DuckDBType } from '@duckdb/node-api';
import bindings, { type Vector } from '@duckdb/node-bindings';
import type { Data } from 'apache-arrow';
import type { Convert } from './convert-values.ts';

/** Writes rows of an Arrow array into a DuckDB vector, from its first row on. */
export interface Filler {
  /** The type of the vector. */
  readonly type: DuckDBType;
  fill(vector: Vector, rows: Rows): void;
}

/** A part of an Arrow array. */
export interface Rows {
  readonly data: Data;
  readonly start: number;
  readonly count: number;
  /** 1 for each row that is NULL since the struct or array around it is; undefined for none. */
  readonly blank?: Uint8Array | undefined;
}

/** Values of one width, of the same bytes in Arrow and DuckDB, or made so by `convert`. */
export function fixedFiller(type: DuckDBType, width: number, convert: Convert = (values) => values): Filler {
  return {
    type,
    fill(vector, rows) {
      const { data, start, count } = rows;
      const nulls = fillValidity(vector, rows);
      if (count === 0) return;
      const bytes = convert(bytesOf(data.values, start * width, count * width), nulls);
      bindings.copy_data_to_vector(vector, 0, bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
    },
  };
}

export function booleanFiller(type: DuckDBType): Filler {
  return {
    type,
    fill(vector, rows) {
      const { data, start, count } = rows;
      fillValidity(vector, rows);
      const bits = bytesOf(data.values, 0, Math.ceil((start + count) / 8));
      const bytes = Uint8Array.from({ length: count }, (_, row) => bitAt(bits, start + row));
      if (count > 0) bindings.copy_data_to_vector(vector, 0, bytes.buffer, 0, count);
    },
  };
}

/** Nothing but NULL. */
export function nullFiller(type: DuckDBType): Filler {
  return {
    type,
    fill(vector, { data, start, count }) {
      fillValidity(vector, { data, start, count, blank: new Uint8Array(count).fill(1) });
    },
  };
}

/** Texts or bytes, which `values` gives for an array, row by row. */
export function textFiller(
  type: DuckDBType,
  values: (data: Data) => (row: number) => Uint8Array,
  isText: boolean,
): Filler {
  return {
    type,
    fill(vector, rows) {
      const nulls = fillValidity(vector, rows);
      const bytesAt = values(rows.data);
      for (let row = 0; row < rows.count; row++) {
        if (nulls?.[row] === 1) continue;
        const bytes = bytesAt(rows.start + row);
        // DuckDB would take it for a NULL.
        if (isText && !isAscii(bytes) && !isUtf8(bytes)) throw new Error('expected text in UTF-8, got other bytes');
        bindings.vector_assign_string_element_len(vector, row, bytes);
      }
    },
  };
}

export function listFiller(type: DuckDBType, child: Filler): Filler {
  return {
    type,
    fill(vector, rows) {
      const { data, start, count } = rows;
      fillValidity(vector, rows);
      const items = data.children[0] as Data;
      const offsets = offsetsOf(data, start, count, items.length);
      const first = count === 0 ? 0 : (offsets[0] as number);
      const total = count === 0 ? 0 : (offsets[count] as number) - first;
      const entries = new BigUint64Array(count * 2);
      for (let row = 0; row < count; row++) {
        entries[row * 2] = BigInt((offsets[row] as number) - first);
        entries[row * 2 + 1] = BigInt((offsets[row + 1] as number) - (offsets[row] as number));
      }
      bindings.list_vector_reserve(vector, total);
      bindings.list_vector_set_size(vector, total);
      if (count > 0) bindings.copy_data_to_vector(vector, 0, entries.buffer, 0, entries.byteLength);
      if (total > 0) child.fill(bindings.list_vector_get_child(vector), { data: items, start: first, count: total });
    },
  };
}

export function arrayFiller(type: DuckDBType, size: number, child: Filler): Filler {
  return {
    type,
    fill(vector, rows) {
      const { data, start, count } = rows;
      const nulls = fillValidity(vector, rows);
      const items = data.children[0] as Data;
      checkLength(items, (start + count) * size);
      const blank =
        nulls && Uint8Array.from({ length: count * size }, (_, at) => nulls[Math.floor(at / size)] as number);
      const part = { data: items, start: start * size, count: count * size, blank };
      if (count > 0) child.fill(bindings.array_vector_get_child(vector), part);
    },
  };
}

export function structFiller(type: DuckDBType, children: readonly Filler[]): Filler {
  return {
    type,
    fill(vector, rows) {
      const { data, start, count } = rows;
      const blank = fillValidity(vector, rows);
      children.forEach((child, at) => {
        const items = data.children[at] as Data;
        checkLength(items, start + count);
        child.fill(bindings.struct_vector_get_child(vector, at), { data: items, start, count, blank });
      });
    },
  };
}

/** Part of the memory of an array; an error where a damaged file says that there is more than there is. */
export function bytesOf(values: ArrayBufferView | null | undefined, from: number, length: number): Uint8Array {
  if (length === 0) return new Uint8Array(0);
  if (!values || from < 0 || from + length > values.byteLength) throw damaged();
  return new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset + from, length);
}

/** `count` + 1 offsets from row `start` on: rising, and none above `limit`. */
export function offsetsOf(data: Data, start: number, count: number, limit: number): ArrayLike<number> {
  const offsets = data.valueOffsets as Int32Array | BigInt64Array;
  if (count === 0) return [0];
  if (offsets.length < start + count + 1) throw damaged();
  const part = new Float64Array(count + 1);
  let before = 0;
  for (let at = 0; at <= count; at++) {
    const offset = Number(offsets[start + at]);
    if (offset < before || offset > limit) throw damaged();
    part[at] = offset;
    before = offset;
  }
  return part;
}

export function damaged(): Error {
  return new Error('expected Arrow IPC, got a damaged batch');
}

/** Marks the rows that are NULL; returns them as bytes of 1, or undefined where there is none. */
function fillValidity(vector: Vector, { data, start, count, blank }: Rows): Uint8Array | undefined {
  if (data.offset !== 0) throw new Error('expected an array from its first row on');
  const { nullBitmap } = data;
  const hasNulls = nullBitmap !== null && nullBitmap !== undefined && nullBitmap.byteLength > 0 && data.nullCount > 0;
  if (!hasNulls && blank === undefined) return undefined;
  if (hasNulls && nullBitmap.byteLength * 8 < start + count) throw damaged();
  const nulls = new Uint8Array(count);
  const bits = new Uint8Array(Math.ceil(count / 64) * 8).fill(0xff);
  let isAny = false;
  for (let row = 0; row < count; row++) {
    if (blank?.[row] !== 1 && !(hasNulls && bitAt(nullBitmap, start + row) === 0)) continue;
    nulls[row] = 1;
    bits[row >> 3] = (bits[row >> 3] as number) & ~(1 << (row & 7));
    isAny = true;
  }
  if (!isAny) return undefined;
  bindings.vector_ensure_validity_writable(vector);
  bindings.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.byteLength);
  return nulls;
}

function checkLength(data: Data, least: number): void {
  if (data.length < least) throw damaged();
}

function bitAt(bits: Uint8Array, at: number): 0 | 1 {
  return (((bits[at >> 3] as number) >> (at & 7)) & 1) as 0 | 1;
}
