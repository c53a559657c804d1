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
import {
  type Data,
  type DataType,
  type Dictionary,
  type Field,
  makeData,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { DuckTopicsError } from '../errors.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { isValid, ValidityBuilder } from './validity-builder.ts';
import { childTypes, textBytes, textLength, type VectorReader, vectorWidth } from './vector-reader.ts';

/** Gathers rows of DuckDB vectors and makes one Arrow array of them. */
export interface ColumnBuilder {
  /** The rows of the vector from `start` on. */
  append(reader: VectorReader, start: number, count: number): void;
  /** Rows that nobody sees, since the list around them is NULL. */
  appendBlank(count: number): void;
  /** How many bytes the values have so far. */
  readonly byteLength: number;
  finish(): Data;
}

/** Makes the builders of a column, one for each batch. */
export function builderOf(type: DuckDBType, field: Field): () => ColumnBuilder {
  const [first] = childTypes(type);
  const children = field.type.children as Field[];
  if (type instanceof DuckDBListType || type instanceof DuckDBMapType) {
    const child = builderOf(first as DuckDBType, children[0] as Field);
    return () => new ListBuilder(field.type, child());
  }
  if (type instanceof DuckDBArrayType) {
    const child = builderOf(first as DuckDBType, children[0] as Field);
    return () => new ArrayBuilder(field.type, type.length, child());
  }
  if (type instanceof DuckDBStructType) {
    const makers = type.entryTypes.map((entry, at) => builderOf(entry, children[at] as Field));
    return () =>
      new StructBuilder(
        field.type,
        makers.map((make) => make()),
      );
  }
  if (type instanceof DuckDBEnumType) {
    // The same object for every batch, so that it is written once.
    const values = vectorFromArray([...type.values], new Utf8());
    return () => new FixedBuilder(field.type, vectorWidth(type), { dictionary: values });
  }
  if (type.typeId === DuckDBTypeId.BOOLEAN) return () => new BooleanBuilder(field.type);
  if (type.typeId === DuckDBTypeId.VARCHAR || type.typeId === DuckDBTypeId.BLOB) {
    return () => new TextBuilder(field);
  }
  if (type instanceof DuckDBDecimalType && vectorWidth(type) < 16) {
    const width = vectorWidth(type);
    return () => new FixedBuilder(field.type, width, { convert: (values) => widenIntegers(values, width) });
  }
  if (type.typeId === DuckDBTypeId.INTERVAL) {
    return () => new FixedBuilder(field.type, 16, { convert: microsecondsToNanoseconds });
  }
  return () => new FixedBuilder(field.type, vectorWidth(type));
}

interface FixedOptions {
  /** Makes of DuckDB's values those of Arrow; `isNull` tells of a row whether it has none. */
  convert?: (values: Uint8Array, isNull: (row: number) => boolean) => Uint8Array;
  /** The texts that the values are indexes of. */
  dictionary?: Vector<Utf8>;
}

/** Values of one width, whose bytes are the same in DuckDB and Arrow, or become so by `convert`. */
class FixedBuilder implements ColumnBuilder {
  readonly #type: DataType;
  /** Bytes of a value, in DuckDB and in Arrow. */
  readonly #from: number;
  readonly #to: number;
  readonly #options: FixedOptions;
  readonly #values = new GrowingBytes();
  readonly #validity = new ValidityBuilder();

  constructor(type: DataType, width: number, options: FixedOptions = {}) {
    this.#type = type;
    this.#from = width;
    this.#to = options.convert === undefined ? width : 16;
    this.#options = options;
  }

  append(reader: VectorReader, start: number, count: number): void {
    if (count === 0) return;
    const values = reader.data.subarray(start * this.#from, (start + count) * this.#from);
    const at = this.#values.length;
    const isNull = (row: number) => !isValid(reader.validity, start + row);
    this.#values.push(this.#options.convert?.(values, isNull) ?? values);
    const { bytes } = this.#values;
    const width = this.#to;
    // What lies in the place of a NULL is of no use to anyone.
    this.#validity.append(reader, start, count, (row) => bytes.fill(0, at + row * width, at + (row + 1) * width));
  }

  get byteLength(): number {
    return this.#values.length;
  }

  appendBlank(count: number): void {
    this.#values.extend(count * this.#to);
    this.#validity.appendValid(count);
  }

  finish(): Data {
    const { dictionary } = this.#options;
    const data = typed(this.#type, this.#values.bytes);
    const props = { ...this.#validity.finish(), type: this.#type as Dictionary, data };
    return makeData(dictionary === undefined ? props : { ...props, dictionary });
  }
}

class BooleanBuilder implements ColumnBuilder {
  readonly #type: DataType;
  readonly #values = new GrowingBytes();
  readonly #validity = new ValidityBuilder();

  constructor(type: DataType) {
    this.#type = type;
  }

  append(reader: VectorReader, start: number, count: number): void {
    const first = this.#validity.length;
    this.#validity.append(reader, start, count);
    this.#values.extend(Math.ceil(this.#validity.length / 8) - this.#values.length);
    const { bytes } = this.#values;
    for (let row = 0; row < count; row++) {
      if (reader.data[start + row] !== 1 || !isValid(reader.validity, start + row)) continue;
      const bit = first + row;
      bytes[bit >> 3] = (bytes[bit >> 3] as number) | (1 << (bit & 7));
    }
  }

  get byteLength(): number {
    return this.#values.length;
  }

  appendBlank(count: number): void {
    this.#validity.appendValid(count);
    this.#values.extend(Math.ceil(this.#validity.length / 8) - this.#values.length);
  }

  finish(): Data {
    return makeData({ ...this.#validity.finish(), type: this.#type as never, data: this.#values.bytes as never });
  }
}

class TextBuilder implements ColumnBuilder {
  readonly #field: Field;
  readonly #offsets = new OffsetsBuilder();
  readonly #bytes = new GrowingBytes();
  readonly #validity = new ValidityBuilder();

  constructor(field: Field) {
    this.#field = field;
  }

  append(reader: VectorReader, start: number, count: number): void {
    this.#validity.append(reader, start, count);
    for (let row = start; row < start + count; row++) {
      const length = isValid(reader.validity, row) ? textLength(reader.data, row) : 0;
      this.#offsets.push(length, this.#field.name);
      if (length > 0) this.#bytes.push(textBytes(reader.data, row));
    }
  }

  get byteLength(): number {
    return this.#bytes.length + 4 * this.#validity.length;
  }

  appendBlank(count: number): void {
    for (let row = 0; row < count; row++) this.#offsets.push(0, this.#field.name);
    this.#validity.appendValid(count);
  }

  finish(): Data {
    const valueOffsets = this.#offsets.finish();
    return makeData({
      ...this.#validity.finish(),
      type: this.#field.type as Utf8,
      valueOffsets,
      data: this.#bytes.bytes as never,
    });
  }
}

class ListBuilder implements ColumnBuilder {
  readonly #type: DataType;
  readonly #child: ColumnBuilder;
  readonly #offsets = new OffsetsBuilder();
  readonly #validity = new ValidityBuilder();

  constructor(type: DataType, child: ColumnBuilder) {
    this.#type = type;
    this.#child = child;
  }

  append(reader: VectorReader, start: number, count: number): void {
    this.#validity.append(reader, start, count);
    if (count === 0) return;
    const { data } = reader;
    const entries = new BigUint64Array(data.buffer, data.byteOffset, data.byteLength / 8);
    const child = reader.children[0] as VectorReader;
    // Lists that follow each other in the child are taken over at once.
    let from = 0;
    let to = 0;
    for (let row = start; row < start + count; row++) {
      const length = isValid(reader.validity, row) ? Number(entries[row * 2 + 1]) : 0;
      this.#offsets.push(length, 'a list');
      if (length === 0) continue;
      const offset = Number(entries[row * 2]);
      if (offset !== to) {
        if (to > from) this.#child.append(child, from, to - from);
        from = offset;
      }
      to = offset + length;
    }
    if (to > from) this.#child.append(child, from, to - from);
  }

  get byteLength(): number {
    return this.#child.byteLength + 4 * this.#validity.length;
  }

  appendBlank(count: number): void {
    for (let row = 0; row < count; row++) this.#offsets.push(0, 'a list');
    this.#validity.appendValid(count);
  }

  finish(): Data {
    const valueOffsets = this.#offsets.finish();
    return makeData({
      ...this.#validity.finish(),
      type: this.#type as never,
      valueOffsets,
      child: this.#child.finish() as never,
    });
  }
}

class ArrayBuilder implements ColumnBuilder {
  readonly #type: DataType;
  readonly #size: number;
  readonly #child: ColumnBuilder;
  readonly #validity = new ValidityBuilder();

  constructor(type: DataType, size: number, child: ColumnBuilder) {
    this.#type = type;
    this.#size = size;
    this.#child = child;
  }

  append(reader: VectorReader, start: number, count: number): void {
    const child = reader.children[0] as VectorReader;
    const size = this.#size;
    let next = 0;
    this.#validity.append(reader, start, count, (row) => {
      if (row > next) this.#child.append(child, (start + next) * size, (row - next) * size);
      this.#child.appendBlank(size);
      next = row + 1;
    });
    if (count > next) this.#child.append(child, (start + next) * size, (count - next) * size);
  }

  get byteLength(): number {
    return this.#child.byteLength;
  }

  appendBlank(count: number): void {
    this.#child.appendBlank(count * this.#size);
    this.#validity.appendValid(count);
  }

  finish(): Data {
    return makeData({ ...this.#validity.finish(), type: this.#type as never, child: this.#child.finish() as never });
  }
}

class StructBuilder implements ColumnBuilder {
  readonly #type: DataType;
  readonly #children: ColumnBuilder[];
  readonly #validity = new ValidityBuilder();

  constructor(type: DataType, children: ColumnBuilder[]) {
    this.#type = type;
    this.#children = children;
  }

  append(reader: VectorReader, start: number, count: number): void {
    this.#validity.append(reader, start, count);
    this.#children.forEach((child, at) => {
      child.append(reader.children[at] as VectorReader, start, count);
    });
  }

  get byteLength(): number {
    return this.#children.reduce((sum, child) => sum + child.byteLength, 0);
  }

  appendBlank(count: number): void {
    for (const child of this.#children) child.appendBlank(count);
    this.#validity.appendValid(count);
  }

  finish(): Data {
    const children = this.#children.map((child) => child.finish());
    return makeData({ ...this.#validity.finish(), type: this.#type as never, children });
  }
}

/** Where each row's part ends. Arrow counts them in 32 bits. */
class OffsetsBuilder {
  #ends = new Int32Array(2049);
  #count = 1;
  #end = 0;

  push(length: number, what: string): void {
    this.#end += length;
    if (this.#end > 0x7fffffff) {
      throw new Error(`invalid values of ${what}: expected at most 2 GiB in a batch of rows`);
    }
    if (this.#count === this.#ends.length) {
      const grown = new Int32Array(this.#count * 2);
      grown.set(this.#ends);
      this.#ends = grown;
    }
    this.#ends[this.#count++] = this.#end;
  }

  finish(): Int32Array {
    return this.#ends.subarray(0, this.#count);
  }
}

/** The bytes as the kind of array that the type has. The memory begins at an aligned place. */
function typed(type: DataType, bytes: Uint8Array) {
  const ArrayType = type.ArrayType as Float32ArrayConstructor;
  return new ArrayType(
    bytes.buffer as ArrayBuffer,
    bytes.byteOffset,
    bytes.byteLength / ArrayType.BYTES_PER_ELEMENT,
  ) as never;
}

/** Integers of 2, 4 or 8 bytes as such of 16, which a decimal has in Arrow. */
function widenIntegers(values: Uint8Array, width: number): Uint8Array {
  const count = values.byteLength / width;
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  const wide = new BigInt64Array(count * 2);
  for (let row = 0; row < count; row++) {
    const at = row * width;
    const value =
      width === 8
        ? view.getBigInt64(at, true)
        : BigInt(width === 4 ? view.getInt32(at, true) : view.getInt16(at, true));
    wide[row * 2] = value;
    wide[row * 2 + 1] = value < 0n ? -1n : 0n;
  }
  return new Uint8Array(wide.buffer);
}

/** DuckDB's intervals count microseconds, Arrow's nanoseconds. */
function microsecondsToNanoseconds(values: Uint8Array, isNull: (row: number) => boolean): Uint8Array {
  const converted = values.slice();
  const view = new DataView(converted.buffer);
  for (let row = 0; row < converted.byteLength / 16; row++) {
    const at = row * 16 + 8;
    const nanoseconds = view.getBigInt64(at, true) * 1000n;
    if (BigInt.asIntN(64, nanoseconds) !== nanoseconds && !isNull(row)) {
      throw new DuckTopicsError(
        'invalid interval: expected at most 292 years of hours, minutes and seconds for Arrow',
        {
          mend: 'cast it to VARCHAR',
        },
      );
    }
    view.setBigInt64(at, nanoseconds, true);
  }
  return converted;
}
