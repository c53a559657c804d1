import { createRequire } from 'node:module';

type Arrow = typeof import('apache-arrow');
type Files = typeof import('apache-arrow/ipc/metadata/file');

const require = createRequire(import.meta.url);
let loaded: Arrow | undefined;

/** The package apache-arrow, loaded on first use: a table function is bound in one go, and most programs never read a file of Arrow. */
export function arrow(): Arrow {
  loaded ??= require('apache-arrow') as Arrow;
  return loaded;
}

/** The part of it that reads the footer of a file. */
export function Footer(): Files['Footer'] {
  return (require('apache-arrow/ipc/metadata/file') as Files).Footer;
}
