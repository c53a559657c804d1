import { type DotCommand, usageError } from './dot-command.ts';

/** The commands that print a text and that end the shell. */
export const sessionCommands: DotCommand[] = [
  {
    name: 'print',
    usage: 'STRING ...',
    summary: 'Print the text',
    mostArguments: Number.POSITIVE_INFINITY,
    run: ({ session }, args) => session.output.write(`${args.join(' ')}\n`),
  },
  {
    name: 'exit',
    usage: '?CODE?',
    summary: 'Leave the shell with this exit code',
    mostArguments: 1,
    run({ session }, [code]) {
      if (code !== undefined) {
        if (!/^\d{1,3}$/.test(code)) throw usageError(this);
        session.quitCode = Number(code) % 256;
      }
      session.hasQuit = true;
    },
  },
  {
    name: 'quit',
    usage: '',
    summary: 'Leave the shell',
    run({ session }) {
      session.hasQuit = true;
    },
  },
];
