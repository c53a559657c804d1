import { Command } from 'commander';

export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('check the installation')
    .description(
      'Shows what is installed, what is missing and the command that mends it. The exit code is 1 when something that ' +
        'every query needs is missing.',
    )
    .action(async () => {
      const { doctor } = await import('./doctor.ts');
      process.exitCode = await doctor();
    });
}
