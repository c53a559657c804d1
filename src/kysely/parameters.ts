import {
  BIGINT,
  BLOB,
  BOOLEAN,
  blobValue,
  DOUBLE,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  HUGEINT,
  INTEGER,
  LIST,
  listValue,
  SQLNULL,
  STRUCT,
  structValue,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import { DuckTopicsError } from '../errors.ts';
import { ownType } from './own-type.ts';

/**
 * JavaScript values as those of DuckDB: a number is an INTEGER, a BIGINT or, with a fraction, a DOUBLE, a bigint a BIGINT or HUGEINT, a Date a TIMESTAMP in UTC, an array a
 * list, a Uint8Array a BLOB, another object a struct. DuckDB's own values stay as they are.
 */
export function toParameters(values: readonly unknown[]): { values: DuckDBValue[]; types: (DuckDBType | undefined)[] } {
  const parameters = values.map(toParameter);
  return { values: parameters.map(({ value }) => value), types: parameters.map(({ type }) => type) };
}

interface Parameter {
  value: DuckDBValue;
  /** Undefined for a value whose type DuckDB's driver finds. */
  type: DuckDBType | undefined;
}

function toParameter(value: unknown): Parameter {
  switch (typeof value) {
    case 'undefined':
      return { value: null, type: SQLNULL };
    case 'boolean':
      return { value, type: BOOLEAN };
    case 'number':
      if (!Number.isSafeInteger(value)) return { value, type: DOUBLE };
      return (value | 0) === value ? { value, type: INTEGER } : { value: BigInt(value), type: BIGINT };
    case 'bigint':
      return { value, type: BigInt.asIntN(64, value) === value ? BIGINT : HUGEINT };
    case 'string':
      return { value, type: VARCHAR };
    case 'object':
      return value === null ? { value, type: SQLNULL } : objectParameter(value);
    default:
      throw new DuckTopicsError(`invalid parameter: a ${typeof value}`);
  }
}

function objectParameter(value: object): Parameter {
  if (value instanceof Date) {
    return { value: new DuckDBTimestampValue(BigInt(value.getTime()) * 1000n), type: TIMESTAMP };
  }
  if (value instanceof Uint8Array) return { value: blobValue(value as never), type: BLOB };
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return listParameter([...(value as Iterable<unknown>)]);
  if (value.constructor !== Object && value.constructor !== undefined) {
    return { value: value as DuckDBValue, type: undefined };
  }
  const entries = Object.entries(value).map(([name, item]) => [name, toParameter(item)] as const);
  return {
    value: structValue(Object.fromEntries(entries.map(([name, item]) => [name, item.value]))),
    type: STRUCT(Object.fromEntries(entries.map(([name, item]) => [name, known(item)]))),
  };
}

/** A list of one type: that of its first item that is not NULL. Numbers are DOUBLE, so that one with a fraction may follow. */
function listParameter(items: unknown[]): Parameter {
  const parameters = items.map((item) =>
    typeof item === 'number' ? { value: item, type: DOUBLE } : toParameter(item),
  );
  const first = parameters.find(({ value }) => value !== null);
  const type = first === undefined ? VARCHAR : known(first);
  return { value: listValue(parameters.map(({ value }) => value)), type: LIST(type) };
}

/** Inside of another, a value needs a type. */
function known(parameter: Parameter): DuckDBType {
  const { value } = parameter;
  const type = parameter.type ?? ownType(value);
  if (type === undefined) throw new DuckTopicsError(`invalid parameter: ${value} in a list or an object`);
  return type;
}
