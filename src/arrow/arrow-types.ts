import {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBEnumType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
  VARCHAR,
} from '@duckdb/node-api';
import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  IntervalMonthDayNano,
  List,
  Map_,
  Struct,
  TimeMicrosecond,
  TimeNanosecond,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
} from 'apache-arrow';
import { typeKey } from './type-key.ts';

/**
 * The DuckDB type in which values of a type leave for Arrow: the type itself, or VARCHAR in place of those that Arrow does not have
 * (UUID, UHUGEINT, BIT, TIMETZ, UNION, ...), also inside lists and structs.
 */
export function exportedType(type: DuckDBType): DuckDBType {
  if (type instanceof DuckDBListType) return new DuckDBListType(exportedType(type.valueType));
  if (type instanceof DuckDBArrayType) return new DuckDBArrayType(exportedType(type.valueType), type.length);
  if (type instanceof DuckDBStructType) {
    return new DuckDBStructType(type.entryNames, type.entryTypes.map(exportedType));
  }
  if (type instanceof DuckDBMapType) return new DuckDBMapType(exportedType(type.keyType), exportedType(type.valueType));
  return type instanceof DuckDBEnumType || type.typeId === DuckDBTypeId.DECIMAL || type.typeId in simpleTypes
    ? type
    : VARCHAR;
}

/** The Arrow field of a column whose type is one of `exportedType`. */
export function arrowField(name: string, type: DuckDBType, nullable = true): Field {
  const metadata = type.typeId === DuckDBTypeId.HUGEINT ? new Map([[typeKey, 'HUGEINT']]) : undefined;
  return new Field(name, arrowType(type), nullable, metadata);
}

function arrowType(type: DuckDBType): DataType {
  if (type instanceof DuckDBListType) return new List(arrowField('item', type.valueType));
  if (type instanceof DuckDBArrayType) return new FixedSizeList(type.length, arrowField('item', type.valueType));
  if (type instanceof DuckDBStructType) {
    return new Struct(type.entryNames.map((name, at) => arrowField(name, type.entryTypes[at] as DuckDBType)));
  }
  if (type instanceof DuckDBMapType) {
    const entries = new Struct([arrowField('key', type.keyType, false), arrowField('value', type.valueType)]);
    return new Map_(new Field('entries', entries, false) as ConstructorParameters<typeof Map_>[0]);
  }
  if (type instanceof DuckDBEnumType) return new Dictionary(new Utf8(), indexType(type));
  if (type instanceof DuckDBDecimalType) return new Decimal(type.scale, type.width, 128);
  const make = simpleTypes[type.typeId];
  if (make === undefined) throw new Error(`unknown type: ${type}, for which Arrow has none`);
  return make();
}

function indexType(type: DuckDBEnumType): Uint8 | Uint16 | Uint32 {
  if (type.internalTypeId === DuckDBTypeId.UTINYINT) return new Uint8();
  return type.internalTypeId === DuckDBTypeId.USMALLINT ? new Uint16() : new Uint32();
}

const simpleTypes: { [id in DuckDBTypeId]?: () => DataType } = {
  [DuckDBTypeId.BOOLEAN]: () => new Bool(),
  [DuckDBTypeId.TINYINT]: () => new Int8(),
  [DuckDBTypeId.SMALLINT]: () => new Int16(),
  [DuckDBTypeId.INTEGER]: () => new Int32(),
  [DuckDBTypeId.BIGINT]: () => new Int64(),
  [DuckDBTypeId.UTINYINT]: () => new Uint8(),
  [DuckDBTypeId.USMALLINT]: () => new Uint16(),
  [DuckDBTypeId.UINTEGER]: () => new Uint32(),
  [DuckDBTypeId.UBIGINT]: () => new Uint64(),
  // Both are 16 bytes; the field's metadata tells them apart.
  [DuckDBTypeId.HUGEINT]: () => new Decimal(0, 38, 128),
  [DuckDBTypeId.FLOAT]: () => new Float32(),
  [DuckDBTypeId.DOUBLE]: () => new Float64(),
  [DuckDBTypeId.VARCHAR]: () => new Utf8(),
  [DuckDBTypeId.BLOB]: () => new Binary(),
  [DuckDBTypeId.DATE]: () => new DateDay(),
  [DuckDBTypeId.TIME]: () => new TimeMicrosecond(),
  [DuckDBTypeId.TIME_NS]: () => new TimeNanosecond(),
  [DuckDBTypeId.TIMESTAMP_S]: () => new TimestampSecond(),
  [DuckDBTypeId.TIMESTAMP_MS]: () => new TimestampMillisecond(),
  [DuckDBTypeId.TIMESTAMP]: () => new TimestampMicrosecond(),
  [DuckDBTypeId.TIMESTAMP_NS]: () => new TimestampNanosecond(),
  [DuckDBTypeId.TIMESTAMP_TZ]: () => new TimestampMicrosecond('UTC'),
  [DuckDBTypeId.INTERVAL]: () => new IntervalMonthDayNano(),
};
