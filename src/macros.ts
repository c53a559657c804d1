import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { macroFolder } from './paths.ts';

/** One file of `sql/`: the SQL that creates a macro, and what its leading comment says about it. */
export interface Macro {
  /** The macro's name, which is the file's name. */
  name: string;
  /** The whole file. */
  sql: string;
  /** What the reader of a reference needs; undefined for an internal macro, whose name starts with `_`. */
  documentation: MacroDocumentation | undefined;
}

export interface MacroDocumentation {
  /** The call with its parameters and their defaults: `cluster_sizes(assignments)`. */
  signature: string;
  /** The type of the result, or `table (column TYPE, ...)`. */
  returns: string;
  /** The first sentence is the one-line summary; paragraphs are separated by an empty line. */
  description: string;
  /** A statement that runs. */
  example: string;
}

/** Reads every macro of a folder, in the order of their names. */
export function readMacros(folder = macroFolder): Macro[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const sql = readFileSync(join(folder, file), 'utf8');
      const name = basename(file, '.sql');
      return { name, sql, documentation: name.startsWith('_') ? undefined : parseHeader(name, sql) };
    });
}

/**
 * Parses the comment at the top of a macro's file: its signature, `returns:`, the description, and after `Example:` a
 * statement. Throws an error that names the part which is missing.
 */
export function parseHeader(name: string, sql: string): MacroDocumentation {
  const header: string[] = [];
  for (const line of sql.split(/\r?\n/)) {
    if (!line.startsWith('--')) break;
    header.push(line.slice(2).trimEnd());
  }
  const returnsAt = header.findIndex((line) => line.trim().startsWith('returns:'));
  const exampleAt = header.findIndex((line) => /^ ?Example:$/.test(line));
  const blankAt = header.indexOf('');
  const signature = joinLines(header.slice(0, Math.max(returnsAt, 0)));
  const returns = joinLines(header.slice(returnsAt, blankAt)).replace(/^returns:\s*/, '');
  const description = paragraphs(header.slice(blankAt + 1, exampleAt));
  const example = unindent(header.slice(exampleAt + 1));
  const invalid = (part: string) => new Error(`invalid header of sql/${name}.sql: missing ${part}`);
  if (!signature.startsWith(`${name}(`)) throw invalid(`the signature ${name}(...)`);
  if (returnsAt < 0 || blankAt < returnsAt || returns === '') throw invalid('returns:');
  if (exampleAt < 0 || example === '') throw invalid('Example:');
  if (description === '') throw invalid('the description');
  return { signature, returns, description, example };
}

function joinLines(lines: string[]): string {
  return lines
    .map((line) => line.trim())
    .join(' ')
    .trim();
}

function paragraphs(lines: string[]): string {
  return lines
    .map((line) => line.replace(/^ /, ''))
    .join('\n')
    .trim();
}

function unindent(lines: string[]): string {
  const used = lines.filter((line) => line.trim() !== '');
  const indent = Math.min(...used.map((line) => line.length - line.trimStart().length));
  return lines
    .map((line) => line.slice(indent))
    .join('\n')
    .trim();
}
