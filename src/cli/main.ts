import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { packageRoot } from '../paths.ts';
import { demoCommand } from './demo-command.ts';
import { discoverCommand } from './discover-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { functionsCommand } from './functions-command.ts';
import { initFileCommand } from './init-file-command.ts';
import { queryCommand } from './query-command.ts';
import { exitCodeOf, reportError } from './report-error.ts';
import { runCommand } from './run-command.ts';
import { serveCommand } from './serve-command.ts';
import { longShellOptions, shellCommand } from './shell-command.ts';

/** Runs the command line with the arguments behind the program's name, and returns the exit code. */
export async function main(args: string[]): Promise<number> {
  dieQuietlyOnClosedOutput();
  ignoreClosedErrors();
  try {
    const program = createProgram();
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(longShellOptions(args).map(protectComment), { from: 'user' });
    return leave(0);
  } catch (error) {
    if (!(error instanceof CommanderError)) reportError(error);
    return leave(exitCodeOf(error));
  }
}

/** The program with all its commands; what heavy work they need is loaded when they run. */
export function createProgram(): Command {
  const program = new Command('ducktopics')
    .description('Topics for a huge number of messages, found and labelled in plain SQL.')
    .version(packageVersion(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command');
  const commands = [
    discoverCommand(),
    shellCommand(),
    queryCommand(),
    runCommand(),
    serveCommand(),
    functionsCommand(),
    doctorCommand(),
    demoCommand(),
    initFileCommand(),
  ];
  for (const command of commands) program.addCommand(command.helpOption('-h, --help', 'print this help'));
  for (const command of [program, ...commands]) {
    const path = command === program ? 'ducktopics' : `ducktopics ${command.name()}`;
    command.exitOverride().showHelpAfterError(`see: ${path} --help`);
    command.configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'ducktopics: ')) });
  }
  return program;
}

/** Where a signal or the time limit has stopped the work, the process does not wait for readers that take no more of what was written. */
function leave(code: number): number {
  const stopped = Number(process.exitCode ?? code) >= 124;
  const isStalled = process.stdout.writableLength > 0 || process.stderr.writableLength > 0;
  if (stopped && isStalled) process.exit(process.exitCode ?? code);
  return code;
}

/** `query "-- a comment ..."` is SQL and no option. */
function protectComment(arg: string): string {
  return /^--\s/.test(arg) ? ` ${arg}` : arg;
}

function packageVersion(): string {
  return JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')).version;
}

/** `ducktopics query ... | head` ends as a program does whose reader has gone. */
function dieQuietlyOnClosedOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(141);
    throw error;
  });
}

/** Where nobody reads what a command tells of its work, as when a terminal or a log is closed, it goes on with its work. */
function ignoreClosedErrors(): void {
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
}
