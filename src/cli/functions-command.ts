import { Command } from 'commander';

export function functionsCommand(): Command {
  return new Command('functions')
    .summary('list every SQL function')
    .description(
      'Lists every SQL function with its signature, one sentence and an example; all of it for one function.',
    )
    .argument('[name]', 'the function to describe in full')
    .addHelpText('after', '\nExamples:\n  ducktopics functions\n  ducktopics functions kmeans_train')
    .action(async (name: string | undefined) => {
      const { functions } = await import('./functions.ts');
      await functions(name);
    });
}
