/** DuckTopics as a library: `open()` a database, or `register()` the functions on a connection of your own. */

export { DuckTopicsError } from './errors.ts';
export { Labelling } from './labelling/labelling.ts';
export type { LabellingOptions } from './labelling/settings.ts';
export { type DuckTopics, type OpenOptions, open } from './open.ts';
export { initSql, type RegisterConnection, type RegisterOptions, register } from './register.ts';
