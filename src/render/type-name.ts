import { DuckDBArrayType, DuckDBListType, type DuckDBType, DuckDBTypeId } from '@duckdb/node-api';

/** The name of a type as DuckDB's shell heads a column with it: `int64`, `varchar`, `float[]`, `struct(a integer)`. */
export function typeName(type: DuckDBType): string {
  if (type.alias !== undefined) return type.alias.toLowerCase();
  if (type instanceof DuckDBListType) return `${typeName(type.valueType)}[]`;
  if (type instanceof DuckDBArrayType) return `${typeName(type.valueType)}[${type.length}]`;
  return shortNames[type.typeId] ?? String(type).replaceAll('"', '').toLowerCase();
}

const shortNames: { [id in DuckDBTypeId]?: string } = {
  [DuckDBTypeId.TINYINT]: 'int8',
  [DuckDBTypeId.SMALLINT]: 'int16',
  [DuckDBTypeId.INTEGER]: 'int32',
  [DuckDBTypeId.BIGINT]: 'int64',
  [DuckDBTypeId.HUGEINT]: 'int128',
  [DuckDBTypeId.UTINYINT]: 'uint8',
  [DuckDBTypeId.USMALLINT]: 'uint16',
  [DuckDBTypeId.UINTEGER]: 'uint32',
  [DuckDBTypeId.UBIGINT]: 'uint64',
  [DuckDBTypeId.UHUGEINT]: 'uint128',
};
