import {
  ARRAY,
  BIT,
  BLOB,
  DATE,
  DECIMAL,
  DOUBLE,
  DuckDBArrayValue,
  DuckDBBitValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeTZValue,
  DuckDBTimeValue,
  type DuckDBType,
  DuckDBUUIDValue,
  type DuckDBValue,
  INTERVAL,
  LIST,
  TIME,
  TIMESTAMP,
  TIMESTAMP_MS,
  TIMESTAMP_NS,
  TIMESTAMP_S,
  TIMESTAMPTZ,
  TIMETZ,
  UUID,
  VARCHAR,
} from '@duckdb/node-api';

/** The type of one of DuckDB's own values; undefined for those that do not tell it. */
export function ownType(value: DuckDBValue): DuckDBType | undefined {
  if (value instanceof DuckDBDecimalValue) return DECIMAL(value.width, value.scale);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    const type = itemType(value.items);
    if (type === undefined) return undefined;
    return value instanceof DuckDBListValue ? LIST(type) : ARRAY(type, value.items.length);
  }
  return simpleTypes.find(([kind]) => value instanceof kind)?.[1];
}

function itemType(items: readonly DuckDBValue[]): DuckDBType | undefined {
  const first = items.find((item) => item !== null);
  if (typeof first === 'number') return DOUBLE;
  if (typeof first === 'string') return VARCHAR;
  return typeof first === 'object' && first !== null ? ownType(first) : undefined;
}

const simpleTypes: (readonly [{ [Symbol.hasInstance](value: unknown): boolean }, DuckDBType])[] = [
  [DuckDBBitValue, BIT],
  [DuckDBBlobValue, BLOB],
  [DuckDBDateValue, DATE],
  [DuckDBIntervalValue, INTERVAL],
  [DuckDBTimestampMillisecondsValue, TIMESTAMP_MS],
  [DuckDBTimestampNanosecondsValue, TIMESTAMP_NS],
  [DuckDBTimestampSecondsValue, TIMESTAMP_S],
  [DuckDBTimestampTZValue, TIMESTAMPTZ],
  [DuckDBTimestampValue, TIMESTAMP],
  [DuckDBTimeTZValue, TIMETZ],
  [DuckDBTimeValue, TIME],
  [DuckDBUUIDValue, UUID],
];
