import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../src/errors.ts';
import { type Block, type Piece, readPieces, writePieces } from './page-blocks.ts';
import type { PageFolder } from './page-folder.ts';
import { PageSession } from './page-session.ts';

/** How long a block may take; a server that is started in the foreground would never end. */
const seconds = 300;

/**
 * Runs every block of a Markdown page, from top to bottom, and returns the page with what they print now.
 *
 * - `sql`: statements, run in the database that the last command named (`--db FILE` or `shell FILE`). The table of the last one that
 *   has rows takes the place of the block without a language that stands directly below, if there is one.
 * - `sh`: commands; what they print on standard output likewise.
 * - `console`: commands behind `$ `, each with what it prints below it.
 * - `ts`: a program that imports `ducktopics`; what it prints likewise.
 *
 * Blocks of other languages are text. A block is left out only with its reason, `<!-- not run: REASON -->`, on the line above.
 * Throws with the line of the block: `line 12: ...`.
 */
export async function executedPage(page: string, folder: PageFolder): Promise<string> {
  const pieces = readPieces(page);
  const session = new PageSession();
  const here = process.cwd();
  process.chdir(folder.path);
  try {
    for (const [index, piece] of pieces.entries()) {
      if (piece.kind !== 'block' || piece.notRun !== undefined) continue;
      try {
        await runBlock(piece, outputOf(pieces[index + 1]), session, folder);
      } catch (error) {
        throw new Error(`line ${piece.line}: ${messageOf(error)}`, { cause: error });
      }
    }
  } finally {
    await session.leave();
    process.chdir(here);
  }
  return writePieces(pieces);
}

/** The block that holds the output of the block before it: one without a language, directly below. */
function outputOf(next: Piece | undefined): Block | undefined {
  return next?.kind === 'block' && next.language === '' ? next : undefined;
}

async function runBlock(block: Block, output: Block | undefined, session: PageSession, folder: PageFolder) {
  if (block.language === 'sql') {
    const table = await session.run(block.body);
    if (output !== undefined) output.body = table ?? missing('rows');
  } else if (block.language === 'sh') {
    const text = await runCommand(block.body, session, folder);
    if (output !== undefined) output.body = text || missing('output');
  } else if (block.language === 'console') {
    block.body = await runConsole(block.body, session, folder);
  } else if (block.language === 'ts') {
    const text = await runProgram(block.body, session, folder);
    if (output !== undefined) output.body = text || missing('output');
  }
}

async function runConsole(body: string, session: PageSession, folder: PageFolder): Promise<string> {
  const shown: string[] = [];
  for (const command of commandsOf(body)) {
    const text = await runCommand(command, session, folder);
    shown.push(`$ ${command}`, ...(text === '' ? [] : [text]));
  }
  if (shown.length === 0) missing('command behind "$ "');
  return shown.join('\n');
}

/** The commands of a console block. One goes on in the next lines while a quote is open or after a backslash at the end. */
function commandsOf(body: string): string[] {
  const commands: string[] = [];
  let open = false;
  for (const line of body.split('\n')) {
    if (open) commands.push(`${commands.pop()}\n${line}`);
    else if (line.startsWith('$ ')) commands.push(line.slice(2));
    else continue;
    open = goesOn(commands.at(-1) ?? '');
  }
  return commands;
}

function goesOn(command: string): boolean {
  const rest = command.replaceAll(/'[^']*'|"(?:\\.|[^"\\])*"/gs, '');
  return /['"]/.test(rest) || command.endsWith('\\');
}

async function runCommand(command: string, session: PageSession, folder: PageFolder): Promise<string> {
  await session.leave();
  const [, database] = [...command.matchAll(/(?:--db[ =]|\bducktopics shell )([^\s-]\S*)/g)].at(-1) ?? [];
  if (database !== undefined) await session.use(database);
  // A bash whose input is a socket, as here, takes itself for a remote shell and may read the user's settings.
  return await output('bash', ['--norc', '-euo', 'pipefail', '-c', command], folder);
}

async function runProgram(source: string, session: PageSession, folder: PageFolder): Promise<string> {
  await session.leave();
  const file = join(folder.path, 'program.ts');
  writeFileSync(file, source);
  return await output(process.execPath, ['--import', createRequire(import.meta.url).resolve('tsx'), file], folder);
}

async function output(program: string, args: string[], { path, env }: PageFolder): Promise<string> {
  try {
    const running = promisify(execFile)(program, args, { cwd: path, env, maxBuffer: 2 ** 26, timeout: 1000 * seconds });
    running.child.stdin?.end();
    return (await running).stdout.trimEnd();
  } catch (error) {
    const { stderr, code, killed } = error as { stderr?: string; code?: number; killed?: boolean };
    const what = killed ? `not finished after ${seconds} s` : `exit code ${code}`;
    throw new Error(`${what}\n${stderr?.trimEnd()}`, { cause: error });
  }
}

function missing(what: string): never {
  throw new Error(`missing ${what}`);
}
