import { messageOf } from '../../errors.ts';
import type { Reader } from '../reader.ts';
import { catalogCommands } from './catalog-commands.ts';
import { type DotCommand, usageError } from './dot-command.ts';
import { fileCommands } from './file-commands.ts';
import { helpCommand } from './help-command.ts';
import { sessionCommands } from './session-commands.ts';
import { settingCommands } from './setting-commands.ts';
import { splitArguments } from './split-arguments.ts';

/** Every command, by name. */
export const dotCommands: DotCommand[] = [
  ...settingCommands,
  ...catalogCommands,
  ...fileCommands,
  ...sessionCommands,
  helpCommand(() => dotCommands),
].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Runs a line that begins with a dot. A name may be cut short as long as it is clear which one is meant. */
export async function runDotCommand(reader: Reader, line: string): Promise<void> {
  const [word = '', ...args] = splitArguments(line.slice(1));
  const command = await findCommand(reader, word);
  const least = command.leastArguments ?? 0;
  if (args.length < least || args.length > (command.mostArguments ?? least)) throw usageError(command);
  await command.run(reader, args);
}

async function findCommand(reader: Reader, word: string): Promise<DotCommand> {
  const name = word.toLowerCase();
  const candidates = dotCommands.filter((command) => command.name === name);
  if (candidates.length === 0 && name !== '') {
    candidates.push(...dotCommands.filter((command) => command.name.startsWith(name)));
  }
  const [command, ...more] = candidates;
  if (command !== undefined && more.length === 0) return command;
  const meant =
    command === undefined ? await similarNames(reader, name) : candidates.map((candidate) => candidate.name);
  const hint = meant.length === 0 ? '' : `\n\nDid you mean: ${meant.map((similar) => `".${similar}"`).join(', ')}`;
  const what = command === undefined ? 'Unrecognized' : 'Ambiguous';
  throw new Error(`Unknown Command Error: ${what} command '${word}'${hint}\nRun '.help' for more information.`);
}

/** The names that take the fewest changes to become `name`. */
async function similarNames({ session }: Reader, name: string): Promise<string[]> {
  try {
    const rows = await session.rows(
      `SELECT known FROM (SELECT unnest(string_split($2, ',')) AS known)
      WHERE damerau_levenshtein(known, $1) <= least(3, len($1) // 2) ORDER BY damerau_levenshtein(known, $1), known LIMIT 3`,
      [name, dotCommands.map((command) => command.name).join()],
    );
    return rows.map(([known = '']) => known);
  } catch (error) {
    // A transaction that has failed answers no questions; the message stands without a proposal then.
    if (/transaction/i.test(messageOf(error))) return [];
    throw error;
  }
}
