import { type ModeName, modeNames } from '../../render/modes/mode.ts';
import type { ShellSettings } from '../settings.ts';
import { type DotCommand, switchOf, usageError } from './dot-command.ts';

/** The commands that change how results look. */
export const settingCommands: DotCommand[] = [
  {
    name: 'mode',
    usage: '?MODE?',
    summary: 'Set how results are printed',
    details: [
      '  duckbox    a box with types that fits the terminal (the default)',
      '  box        a box with every row',
      '  table      the same in ASCII',
      '  markdown   a Markdown table',
      '  csv        values separated by commas',
      '  json       an array of objects',
      '  jsonlines  one object a line',
      '  line       one value a line',
      '  list       values with the separator between them',
      '  tabs       values with tabs between them',
    ],
    mostArguments: 1,
    completes: 'mode',
    async run({ session }, [mode]) {
      if (mode === undefined) return session.output.write(`current output mode: ${session.settings.mode}\n`);
      if (!isMode(mode)) throw new Error(`mode should be one of: ${modeNames.toSorted().join(' ')}`);
      session.settings.mode = mode;
    },
  },
  onOff('headers', 'headers', 'Turn the names of the columns on or off in csv, list and tabs'),
  onOff('timer', 'timer', 'Turn the time of each statement on or off'),
  onOff('bail', 'bail', 'Stop after the first error, or go on'),
  onOff('echo', 'echo', 'Print statements before they run, or do not'),
  {
    name: 'maxrows',
    usage: '?COUNT?',
    summary: 'Set how many rows a duckbox shows; 0 or -1 is all (default: 40)',
    mostArguments: 1,
    async run({ session }, [count]) {
      const { settings } = session;
      if (count === undefined) {
        const shown = settings.maxRows === Number.POSITIVE_INFINITY ? 'all' : settings.maxRows;
        return session.output.write(`current max rows: ${shown}\n`);
      }
      const rows = wholeNumber(count, this);
      settings.maxRows = rows <= 0 ? Number.POSITIVE_INFINITY : rows;
    },
  },
  {
    name: 'maxwidth',
    usage: '?COUNT?',
    summary: 'Set how wide a duckbox may be; 0 is the width of the terminal (default: 0)',
    mostArguments: 1,
    async run({ session }, [count]) {
      if (count === undefined) return session.output.write(`current max width: ${session.settings.maxWidth}\n`);
      session.settings.maxWidth = Math.max(0, wholeNumber(count, this));
    },
  },
  {
    name: 'nullvalue',
    usage: 'STRING',
    summary: 'Set what stands for NULL (default: NULL)',
    leastArguments: 1,
    run({ session }, [text = '']) {
      session.settings.nullValue = text;
    },
  },
  {
    name: 'separator',
    usage: 'STRING',
    summary: 'Set what stands between the values of a list (default: |)',
    leastArguments: 1,
    run({ session }, [text = '']) {
      session.settings.separator = text.replaceAll('\\t', '\t').replaceAll('\\n', '\n');
    },
  },
];

function isMode(text: string): text is ModeName {
  return (modeNames as readonly string[]).includes(text);
}

function wholeNumber(text: string, command: Pick<DotCommand, 'name' | 'usage'>): number {
  if (!/^-?\d{1,9}$/.test(text)) throw usageError(command);
  return Number(text);
}

type Switches = {
  [name in keyof ShellSettings]: ShellSettings[name] extends boolean ? name : never;
}[keyof ShellSettings];

function onOff(name: string, setting: Switches, summary: string): DotCommand {
  return {
    name,
    usage: 'on|off',
    summary,
    leastArguments: 1,
    completes: 'switch',
    run({ session }, [text = '']) {
      const value = switchOf(text);
      if (value === undefined) throw usageError(this);
      session.settings[setting] = value;
    },
  };
}
