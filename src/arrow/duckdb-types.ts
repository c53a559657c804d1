import {
  ARRAY,
  BIGINT,
  BLOB,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  DuckDBStructType,
  FLOAT,
  HUGEINT,
  INTEGER,
  INTERVAL,
  LIST,
  MAP,
  SMALLINT,
  TIME,
  TIME_NS,
  TIMESTAMP,
  TIMESTAMP_MS,
  TIMESTAMP_NS,
  TIMESTAMP_S,
  TIMESTAMPTZ,
  TINYINT,
  UBIGINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import type {
  DataType,
  Decimal,
  Dictionary,
  Duration,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float,
  Int,
  Interval,
  Time,
  Timestamp,
} from 'apache-arrow';
import {
  dayTimes,
  floatsOfHalves,
  lowerBytes,
  microsecondIntervals,
  millisecondsToDays,
  monthDayNanos,
  months,
  scaled,
} from './convert-values.ts';
import { dictionaryFiller } from './dictionary-filler.ts';
import {
  arrayFiller,
  booleanFiller,
  type Filler,
  fixedFiller,
  listFiller,
  nullFiller,
  structFiller,
  textFiller,
} from './fill-vector.ts';
import { arrow } from './lazy-arrow.ts';
import { bytesOfRow, viewedBytesOfRow, wideBytesOfRow } from './text-values.ts';
import { typeKey } from './type-key.ts';
import { vectorWidth } from './vector-reader.ts';

/** How a column of Arrow is written into DuckDB; throws for a type that DuckDB does not have. */
export function fillerOf(field: Field): Filler {
  const { Type } = arrow();
  const type = field.type as DataType;
  const children = (type.children ?? []) as Field[];
  const [first] = children;
  // apache-arrow reads an empty name as null.
  if (!field.name) throw new Error('expected a name for every column and field, got none');
  switch (type.typeId) {
    case Type.Null:
      return nullFiller(INTEGER);
    case Type.Bool:
      return booleanFiller(BOOLEAN);
    case Type.Int:
      return integerFiller(type as Int);
    case Type.Float:
      return floatFiller(type as Float);
    case Type.Decimal:
      return decimalFiller(type as Decimal, field.metadata.get(typeKey) === 'HUGEINT');
    case Type.Utf8:
      return textFiller(VARCHAR, bytesOfRow, true);
    case Type.LargeUtf8:
      return textFiller(VARCHAR, bytesOfRow, true);
    case Type.Utf8View:
      return textFiller(VARCHAR, viewedBytesOfRow, true);
    case Type.Binary:
    case Type.LargeBinary:
      return textFiller(BLOB, bytesOfRow, false);
    case Type.BinaryView:
      return textFiller(BLOB, viewedBytesOfRow, false);
    case Type.FixedSizeBinary:
      return textFiller(BLOB, wideBytesOfRow((type as FixedSizeBinary).byteWidth), false);
    case Type.Date:
      return (type as { unit: number } & DataType).unit === arrow().DateUnit.DAY
        ? fixedFiller(DATE, 4)
        : fixedFiller(DATE, 8, millisecondsToDays);
    case Type.Time:
      return timeFiller(type as Time);
    case Type.Timestamp:
      return timestampFiller(type as Timestamp);
    case Type.Duration:
      return fixedFiller(INTERVAL, 8, microsecondIntervals(perSecond((type as Duration).unit)));
    case Type.Interval:
      return intervalFiller(type as Interval);
    case Type.List:
    case Type.LargeList: {
      const child = fillerOf(first as Field);
      return listFiller(LIST(child.type), child);
    }
    case Type.FixedSizeList: {
      const { listSize } = type as FixedSizeList;
      // What the arrays of DuckDB can have.
      if (listSize < 1 || listSize > 99_999) break;
      const child = fillerOf(first as Field);
      return arrayFiller(ARRAY(child.type, listSize), listSize, child);
    }
    case Type.Struct: {
      const fillers = children.map(fillerOf);
      // Names are the same to DuckDB whatever their case.
      const names = new Set(children.map(({ name }) => name.toLowerCase()));
      if (names.size !== children.length || children.length === 0) break;
      return structFiller(structType(children, fillers), fillers);
    }
    case Type.Map: {
      const entries = (first?.type.children ?? []) as Field[];
      if (entries.length !== 2) break;
      const fillers = entries.map(fillerOf);
      const [key, value] = fillers as [Filler, Filler];
      return listFiller(MAP(key.type, value.type), structFiller(structType(entries, fillers), fillers));
    }
    case Type.Dictionary: {
      const { dictionary } = type as Dictionary;
      const values = fillerOf(new (arrow().Field)(field.name, dictionary, true, field.metadata));
      return dictionaryFiller(type as Dictionary, values);
    }
  }
  throw new Error(`unknown type: ${type} of column ${field.name}`);
}

/** Not by `STRUCT`, whose object puts names that are numbers first. */
function structType(fields: readonly Field[], fillers: readonly Filler[]): DuckDBStructType {
  return new DuckDBStructType(
    fields.map(({ name }) => name),
    fillers.map(({ type }) => type),
  );
}

function integerFiller({ bitWidth, isSigned }: Int): Filler {
  const types = isSigned
    ? { 8: TINYINT, 16: SMALLINT, 32: INTEGER, 64: BIGINT }
    : { 8: UTINYINT, 16: USMALLINT, 32: UINTEGER, 64: UBIGINT };
  return fixedFiller(types[bitWidth as 8 | 16 | 32 | 64], bitWidth / 8);
}

function floatFiller({ precision }: Float): Filler {
  const { Precision } = arrow();
  if (precision === Precision.HALF) return fixedFiller(FLOAT, 2, floatsOfHalves);
  return precision === Precision.SINGLE ? fixedFiller(FLOAT, 4) : fixedFiller(DOUBLE, 8);
}

function decimalFiller(type: Decimal, isHugeInt: boolean): Filler {
  const width = type.bitWidth / 8;
  if (isHugeInt && width === 16) return fixedFiller(HUGEINT, 16);
  if (type.precision > 38 || type.precision < 1 || type.scale < 0 || type.scale > type.precision) {
    throw new Error(`unknown type: decimal with ${type.precision} digits, ${type.scale} of them behind the point`);
  }
  const target = DECIMAL(type.precision, type.scale);
  return fixedFiller(target, width, lowerBytes(width, vectorWidth(target)));
}

function timeFiller({ unit }: Time): Filler {
  const { TimeUnit } = arrow();
  if (unit === TimeUnit.NANOSECOND) return fixedFiller(TIME_NS, 8);
  if (unit === TimeUnit.MICROSECOND) return fixedFiller(TIME, 8);
  return fixedFiller(TIME, 4, scaled(4, 1_000_000n, perSecond(unit)));
}

function timestampFiller({ unit, timezone }: Timestamp): Filler {
  const { TimeUnit } = arrow();
  if (timezone) return fixedFiller(TIMESTAMPTZ, 8, scaled(8, 1_000_000n, perSecond(unit)));
  if (unit === TimeUnit.SECOND) return fixedFiller(TIMESTAMP_S, 8);
  if (unit === TimeUnit.MILLISECOND) return fixedFiller(TIMESTAMP_MS, 8);
  return fixedFiller(unit === TimeUnit.MICROSECOND ? TIMESTAMP : TIMESTAMP_NS, 8);
}

function intervalFiller({ unit }: Interval): Filler {
  const { IntervalUnit } = arrow();
  if (unit === IntervalUnit.YEAR_MONTH) return fixedFiller(INTERVAL, 4, months);
  return unit === IntervalUnit.DAY_TIME ? fixedFiller(INTERVAL, 8, dayTimes) : fixedFiller(INTERVAL, 16, monthDayNanos);
}

/** How many of a unit are one second. */
function perSecond(unit: number): bigint {
  return 1000n ** BigInt(unit);
}
