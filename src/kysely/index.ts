/** Kysely: the dialect, the types of the pipelines' tables, and the functions as typed expressions. */

export type { Relation } from './call.ts';
export type * from './database.ts';
export { type DialectOptions, DuckTopicsDialect } from './dialect.ts';
export * from './functions.ts';
export * from './tables.ts';
