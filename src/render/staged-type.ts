import {
  DuckDBArrayType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBUnionType,
} from '@duckdb/node-api';

/**
 * The type with which a table can hold the values of `type`: JSON by its name, and a struct without names, which no table can
 * hold, with made-up ones.
 */
export function stagedType(type: DuckDBType): string {
  if (type.alias === 'JSON') return 'JSON';
  if (type instanceof DuckDBListType) return `${stagedType(type.valueType)}[]`;
  if (type instanceof DuckDBArrayType) return `${stagedType(type.valueType)}[${type.length}]`;
  if (type instanceof DuckDBMapType) return `MAP(${stagedType(type.keyType)}, ${stagedType(type.valueType)})`;
  if (type instanceof DuckDBStructType) return `STRUCT(${members(stagedNames(type), type.entryTypes)})`;
  if (type instanceof DuckDBUnionType) return `UNION(${members(type.memberTags, type.memberTypes)})`;
  return String(type);
}

/** The expression that makes the value of `type` again from `expression`, a value of its staged type. */
export function unstaged(type: DuckDBType, expression: string): string {
  if (!hasNameless(type)) return expression;
  const orNull = (value: string) => `CASE WHEN ${expression} IS NOT NULL THEN ${value} END`;
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    const list = type instanceof DuckDBArrayType ? `(${expression})::${stagedType(type.valueType)}[]` : expression;
    return `list_transform(${list}, lambda e: ${unstaged(type.valueType, 'e')})`;
  }
  if (type instanceof DuckDBMapType) {
    const entry = `row(${unstaged(type.keyType, 'e.key')}, ${unstaged(type.valueType, 'e.value')})`;
    return orNull(`map_from_entries(list_transform(map_entries(${expression}), lambda e: ${entry}))`);
  }
  if (type instanceof DuckDBStructType) {
    const names = stagedNames(type).map(quoted);
    const values = type.entryTypes.map((entry, index) => unstaged(entry, `${expression}.${names[index]}`));
    if (isNameless(type)) return orNull(`row(${values.join(', ')})`);
    return orNull(`struct_pack(${values.map((value, index) => `${names[index]} := ${value}`).join(', ')})`);
  }
  return expression;
}

function hasNameless(type: DuckDBType): boolean {
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) return hasNameless(type.valueType);
  if (type instanceof DuckDBMapType) return hasNameless(type.keyType) || hasNameless(type.valueType);
  return type instanceof DuckDBStructType && (isNameless(type) || type.entryTypes.some(hasNameless));
}

function isNameless(type: DuckDBStructType): boolean {
  return type.entryNames.every((name) => name === '');
}

function stagedNames(type: DuckDBStructType): readonly string[] {
  return isNameless(type) ? type.entryNames.map((_name, index) => `e${index}`) : type.entryNames;
}

function members(names: readonly string[], types: readonly DuckDBType[]): string {
  return types.map((type, index) => `${quoted(names[index])} ${stagedType(type)}`).join(', ');
}

function quoted(name = ''): string {
  return `"${name.replaceAll('"', '""')}"`;
}
