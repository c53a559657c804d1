import { spawnSync } from 'node:child_process';
import { chdir } from 'node:process';
import { messageOf } from '../../errors.ts';
import { withHome } from '../with-home.ts';
import { type DotCommand, usageError } from './dot-command.ts';

/** The commands that read and write files. */
export const fileCommands: DotCommand[] = [
  {
    name: 'read',
    usage: 'FILE',
    summary: 'Run the statements and commands of a file; the first error ends it',
    leastArguments: 1,
    completes: 'file',
    async run(reader, [file = '']) {
      await reader.readFile(withHome(file));
    },
  },
  {
    name: 'output',
    usage: '?FILE?',
    summary: 'Write results to FILE, or to the screen again where FILE is left out',
    mostArguments: Number.POSITIVE_INFINITY,
    completes: 'file',
    run({ session }, args) {
      const file = oneFile(this, args);
      if (file === undefined || file === 'stdout') session.output.close();
      else session.output.open(withHome(file), false);
    },
  },
  {
    name: 'once',
    usage: 'FILE',
    summary: 'Write the next result to FILE',
    leastArguments: 1,
    mostArguments: Number.POSITIVE_INFINITY,
    completes: 'file',
    run({ session }, args) {
      session.output.open(withHome(oneFile(this, args) ?? ''), true);
    },
  },
  {
    name: 'open',
    usage: '?--readonly? ?FILE?',
    summary: 'Close the database and open FILE, or an empty one in memory',
    mostArguments: 2,
    completes: 'file',
    async run({ session }, args) {
      const isOption = (arg: string) => /^--?readonly$/.test(arg);
      const [file, ...more] = args.filter((arg) => !isOption(arg));
      if (more.length > 0 || file?.startsWith('-')) throw usageError(this);
      await session.reopen(file === undefined ? ':memory:' : withHome(file), args.some(isOption));
    },
  },
  {
    name: 'cd',
    usage: 'DIRECTORY',
    summary: 'Change the folder that relative paths begin in',
    leastArguments: 1,
    completes: 'file',
    run(_reader, [folder = '']) {
      try {
        chdir(withHome(folder));
      } catch (error) {
        throw new Error(`cannot change to folder "${folder}": ${messageOf(error).replace(/, chdir .*$/s, '')}`);
      }
    },
  },
  {
    name: 'shell',
    usage: 'COMMAND ...',
    summary: 'Run a command of the system',
    leastArguments: 1,
    mostArguments: Number.POSITIVE_INFINITY,
    run({ session }, args) {
      const { status, signal } = session.cancellation.standAside(() =>
        spawnSync(args.join(' '), { shell: true, stdio: 'inherit' }),
      );
      if (status !== 0) throw new Error(`the command ended with ${signal ?? status}`);
    },
  },
];

/** The file that results go to; a pipe, which the stock shell takes, may have many words. */
function oneFile(command: DotCommand, args: string[]): string | undefined {
  const [file, ...more] = args;
  if (file?.startsWith('|')) {
    throw new Error(`cannot write to "${args.join(' ')}": expected a file, got a command`);
  }
  if (more.length > 0) throw usageError(command);
  return file;
}
