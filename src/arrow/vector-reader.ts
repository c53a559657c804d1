import type { DuckDBDataChunk } from '@duckdb/node-api';
import {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBEnumType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
} from '@duckdb/node-api';
import bindings, { type Vector } from '@duckdb/node-bindings';

/** The memory of one DuckDB vector: valid as long as its chunk lives. */
export interface VectorReader {
  /** The values, `width` bytes each; empty for ARRAY and STRUCT, whose values lie in the children. */
  readonly data: Uint8Array;
  /** One bit a row, 1 for a value; undefined where no row is NULL. */
  readonly validity: Uint8Array | undefined;
  readonly children: readonly VectorReader[];
}

export function readColumn(chunk: DuckDBDataChunk, column: number, type: DuckDBType): VectorReader {
  return readVector(bindings.data_chunk_get_vector(chunk.chunk, column), type, chunk.rowCount);
}

/** How many bytes a value takes in a vector: 16 for text, which is a length and a pointer, or a list, an offset and a length. */
export function vectorWidth(type: DuckDBType): number {
  if (type instanceof DuckDBArrayType || type instanceof DuckDBStructType) return 0;
  if (type instanceof DuckDBDecimalType) return type.width <= 4 ? 2 : type.width <= 9 ? 4 : type.width <= 18 ? 8 : 16;
  if (type instanceof DuckDBEnumType) return widths[type.internalTypeId] as number;
  return widths[type.typeId] ?? 16;
}

/** A child of a nested type, with its type. A MAP is a list of structs. */
export function childTypes(type: DuckDBType): DuckDBType[] {
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) return [type.valueType];
  if (type instanceof DuckDBMapType) {
    return [new DuckDBStructType(['key', 'value'], [type.keyType, type.valueType])];
  }
  return type instanceof DuckDBStructType ? [...type.entryTypes] : [];
}

export function childVectors(vector: Vector, type: DuckDBType): Vector[] {
  if (type instanceof DuckDBListType || type instanceof DuckDBMapType) return [bindings.list_vector_get_child(vector)];
  if (type instanceof DuckDBArrayType) return [bindings.array_vector_get_child(vector)];
  if (!(type instanceof DuckDBStructType)) return [];
  return type.entryTypes.map((_, at) => bindings.struct_vector_get_child(vector, at));
}

/** The bytes of a VARCHAR or BLOB: up to 12 lie in the vector itself, longer ones behind a pointer. */
export function textBytes(data: Uint8Array, row: number): Uint8Array {
  const at = row * 16;
  const length = textLength(data, row);
  if (length <= 12) return data.subarray(at + 4, at + 4 + length);
  return bindings.get_data_from_pointer(data.buffer as ArrayBuffer, data.byteOffset + at + 8, length);
}

export function textLength(data: Uint8Array, row: number): number {
  const at = row * 16;
  return (
    ((data[at] as number) |
      ((data[at + 1] as number) << 8) |
      ((data[at + 2] as number) << 16) |
      ((data[at + 3] as number) << 24)) >>>
    0
  );
}

function readVector(vector: Vector, type: DuckDBType, count: number): VectorReader {
  const width = vectorWidth(type);
  const data = width === 0 || count === 0 ? none : bindings.vector_get_data(vector, count * width);
  const validity =
    count === 0 ? undefined : (bindings.vector_get_validity(vector, Math.ceil(count / 64) * 8) ?? undefined);
  const isList = type instanceof DuckDBListType || type instanceof DuckDBMapType;
  const childCount = isList
    ? bindings.list_vector_get_size(vector)
    : type instanceof DuckDBArrayType
      ? count * type.length
      : count;
  const types = childTypes(type);
  const children = childVectors(vector, type).map((child, at) =>
    readVector(child, types[at] as DuckDBType, childCount),
  );
  return { data, validity, children };
}

const none = new Uint8Array(0);

const widths: { [id in DuckDBTypeId]?: number } = {
  [DuckDBTypeId.BOOLEAN]: 1,
  [DuckDBTypeId.TINYINT]: 1,
  [DuckDBTypeId.UTINYINT]: 1,
  [DuckDBTypeId.SMALLINT]: 2,
  [DuckDBTypeId.USMALLINT]: 2,
  [DuckDBTypeId.INTEGER]: 4,
  [DuckDBTypeId.UINTEGER]: 4,
  [DuckDBTypeId.FLOAT]: 4,
  [DuckDBTypeId.DATE]: 4,
  [DuckDBTypeId.BIGINT]: 8,
  [DuckDBTypeId.UBIGINT]: 8,
  [DuckDBTypeId.DOUBLE]: 8,
  [DuckDBTypeId.TIME]: 8,
  [DuckDBTypeId.TIME_NS]: 8,
  [DuckDBTypeId.TIMESTAMP]: 8,
  [DuckDBTypeId.TIMESTAMP_S]: 8,
  [DuckDBTypeId.TIMESTAMP_MS]: 8,
  [DuckDBTypeId.TIMESTAMP_NS]: 8,
  [DuckDBTypeId.TIMESTAMP_TZ]: 8,
};
