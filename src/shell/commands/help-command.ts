import type { DotCommand } from './dot-command.ts';

/** `.help`: all commands, or those whose names begin with a word, with their details. */
export function helpCommand(all: () => DotCommand[]): DotCommand {
  return {
    name: 'help',
    usage: '?COMMAND?',
    summary: 'Show the commands, or one with its details',
    mostArguments: 1,
    completes: 'command',
    async run({ session }, [word]) {
      const name = word?.replace(/^\./, '').toLowerCase();
      const shown = all().filter((command) => name === undefined || command.name.startsWith(name));
      if (shown.length === 0) throw new Error(`unknown command: ${word}; list them with: .help`);
      const lines = shown.flatMap(({ name: shownName, usage, summary, details }) => {
        const line = `${`.${shownName} ${usage}`.trimEnd().padEnd(26)} ${summary}`;
        return name === undefined || details === undefined ? [line] : [line, ...details];
      });
      if (name === undefined) lines.push('', ...notes);
      await session.output.write(`${lines.join('\n')}\n`);
    },
  };
}

const notes = [
  'Everything else is SQL; a statement ends with ; and may have many lines.',
  'Tab completes; the arrow keys bring back what was typed before, or what began as the line does.',
  'Ctrl-C cancels a query or drops the line, Ctrl-D leaves.',
];
