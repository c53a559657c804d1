import {
  DuckDBArrayType,
  DuckDBEnumType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
  DuckDBUnionType,
} from '@duckdb/node-api';

/** The name of a type as DuckDB's shell heads a column with it: `int64`, `varchar`, `float[]`, `struct(a integer)`. */
export function typeName(type: DuckDBType): string {
  if (type.alias !== undefined) return type.alias.toLowerCase();
  if (type instanceof DuckDBListType) return `${typeName(type.valueType)}[]`;
  return shortNames[type.typeId] ?? fullName(type);
}

/** The name within another type, where integers go by their SQL names. */
function fullName(type: DuckDBType): string {
  if (type.alias !== undefined) return type.alias.toLowerCase();
  if (type instanceof DuckDBListType) return `${fullName(type.valueType)}[]`;
  if (type instanceof DuckDBArrayType) return `${fullName(type.valueType)}[${type.length}]`;
  if (type instanceof DuckDBMapType) return `map(${fullName(type.keyType)}, ${fullName(type.valueType)})`;
  if (type instanceof DuckDBStructType) return `struct(${members(type.entryNames, type.entryTypes)})`;
  if (type instanceof DuckDBUnionType) return `union(${members(type.memberTags, type.memberTypes)})`;
  if (type instanceof DuckDBEnumType) return String(type).replace(/^ENUM/, 'enum');
  return String(type).toLowerCase();
}

/** A struct without names has its types alone. */
function members(names: readonly string[], types: readonly DuckDBType[]): string {
  return types.map((type, index) => `${quoted(names[index])} ${fullName(type)}`.trimStart()).join(', ');
}

function quoted(name = ''): string {
  return name === '' || /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
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
