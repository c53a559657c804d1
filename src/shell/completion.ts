import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readFunctionReference } from '../function-reference.ts';
import { modeNames } from '../render/modes/mode.ts';
import type { ArgumentKind } from './commands/dot-command.ts';
import { dotCommands } from './commands/dot-commands.ts';
import type { Reader } from './reader.ts';
import { withHome } from './with-home.ts';

/** What may stand in place of the end of a line: the proposals, and the end that they replace. */
export type Completion = [proposals: string[], replaced: string];

/** Proposes what may come at the end of `line`: SQL as DuckDB itself completes it, dot commands, their arguments. */
export async function complete(reader: Reader, line: string): Promise<Completion> {
  try {
    if (reader.isInsideStatement || !line.startsWith('.')) return await completeSql(reader, line);
    return await completeCommand(reader, line);
  } catch {
    // In a failed transaction DuckDB answers no questions, and half a statement may be beyond it.
    return [[], line];
  }
}

/** Asks DuckDB's `sql_auto_complete`, which also corrects; here only what continues the typed text is taken. */
async function completeSql({ pending, session }: Reader, line: string): Promise<Completion> {
  const before = pending === '' ? '' : `${pending}\n`;
  const sql = 'SELECT suggestion, suggestion_start::INTEGER FROM sql_auto_complete($1)';
  const rows = await session.rows(sql, [before + line]);
  const start = charactersIn(before + line, Number(rows[0]?.[1] ?? 0)) - before.length;
  if (rows.length === 0 || start < 0) return [[], ''];
  const typed = line.slice(start);
  return [
    unique(
      startingWith(
        rows.map(([suggestion = '']) => suggestion),
        typed,
      ),
    ),
    typed,
  ];
}

/** DuckDB counts bytes. */
function charactersIn(text: string, bytes: number): number {
  return Buffer.from(text).subarray(0, bytes).toString().length;
}

async function completeCommand(reader: Reader, line: string): Promise<Completion> {
  const [, word = '', space, typed = ''] = /^(\.\w*)(\s+)?(?:.*\s)?(.*)$/.exec(line) ?? [];
  if (space === undefined) {
    const names = dotCommands.map(({ name, usage }) => `.${name}${usage === '' ? '' : ' '}`);
    return [startingWith(names, word), word];
  }
  const kind = dotCommands.find(({ name }) => `.${name}`.startsWith(word.toLowerCase()))?.completes;
  return [startingWith(await argumentsOf(reader, kind, typed), typed), typed];
}

async function argumentsOf({ session }: Reader, kind: ArgumentKind | undefined, typed: string): Promise<string[]> {
  if (kind === 'mode') return [...modeNames];
  if (kind === 'switch') return ['on', 'off'];
  if (kind === 'command') return dotCommands.map(({ name }) => name);
  if (kind === 'function') return (await readFunctionReference(session.db.connection)).map(({ name }) => name);
  if (kind === 'table') {
    const rows = await session.rows('SELECT name FROM (SHOW ALL TABLES) ORDER BY name');
    return rows.map(([name = '']) => name);
  }
  return kind === 'file' ? paths(typed) : [];
}

/** The files and folders that a path begins with; folders end with a slash. */
function paths(typed: string): string[] {
  const folder = typed.endsWith('/')
    ? typed
    : dirname(`${typed}x`) === '.' && !typed.startsWith('.')
      ? ''
      : `${dirname(`${typed}x`)}/`;
  const place = withHome(folder === '' ? '.' : folder);
  return readdirSync(place)
    .filter((name) => !name.startsWith('.'))
    .sort()
    .map((name) => `${folder.replace(/^\/\/$/, '/')}${name}${isFolder(join(place, name)) ? '/' : ''}`);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function startingWith(words: string[], typed: string): string[] {
  return words.filter((word) => word.toLowerCase().startsWith(typed.toLowerCase()));
}

function unique(words: string[]): string[] {
  return [...new Set(words)];
}
