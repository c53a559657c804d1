/** Arrow: results as record batches, tables, streams and files, and tables into DuckDB. */

export type { Values } from './checked-stream.ts';
export { type InsertArrowOptions, insertArrow } from './insert-arrow.ts';
export type { IpcFormat } from './ipc-bytes.ts';
export { arrowBatches, queryArrow } from './query-arrow.ts';
export { arrowStream, type WriteArrowOptions, writeArrow } from './write-arrow.ts';
