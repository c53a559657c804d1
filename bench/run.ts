import { assign } from './comparisons/assign.ts';
import { faissNode } from './comparisons/faiss-node.ts';
import { init } from './comparisons/init.ts';
import { clearTraces } from './comparisons/jobs.ts';
import { notebook } from './comparisons/notebook.ts';
import { scale } from './comparisons/scale.ts';
import { train } from './comparisons/train.ts';
import { udf } from './comparisons/udf.ts';
import { estimatedMinutes } from './harness/estimate.ts';
import { describeMachine, machineMarkdown } from './harness/machine.ts';
import { preparePeers } from './harness/python.ts';
import { markdownTable, type Outcome, resultsFolder, writeOutcome, writeReadme } from './harness/report.ts';
import { progress } from './harness/rounds.ts';
import { type ComparisonName, type Options, parseOptions, usage } from './options.ts';

/** They add to the outcome as they go: what was measured before a failure is kept. */
const comparisons: Record<ComparisonName, (options: Options, outcome: Outcome) => Promise<void>> = {
  notebook,
  assign,
  init,
  train,
  scale,
  udf,
  'faiss-node': faissNode,
};

/** `npm run bench`: runs the comparisons, prints their tables, and writes everything into `bench/results`. */
async function main(args: string[]): Promise<void> {
  if (args.includes('--help')) {
    console.log(usage);
    return;
  }
  const options = parseOptions(args);
  await preparePeers();
  const machine = await describeMachine();
  const folder = resultsFolder(new Date(machine.date));
  if (machine.load > 0.5)
    progress(`other programs are running: load ${machine.load.toFixed(1)}; the figures will be off`);

  progress(
    `about ${estimatedMinutes(options)} minutes on two quiet cores, fewer with --rows or --shapes; making the data comes on top the first time`,
  );
  progress(`a run that takes longer than ${options.limit} s is ended and counts as not finished`);

  const parts = [machineMarkdown(machine, options.threads, options.pairs)];
  console.log(parts[0]);
  try {
    for (const name of options.only) {
      const outcome: Outcome = { tables: [], cases: {} };
      try {
        await comparisons[name](options, outcome);
      } finally {
        writeOutcome(folder, name, outcome, machine);
        const markdown = [...outcome.tables.map(markdownTable), foreign(outcome)].join('\n');
        console.log(markdown);
        parts.push(markdown);
      }
    }
  } finally {
    clearTraces();
  }
  if (options.writeReadme) writeReadme(parts.join('\n'));
  progress(`every run is in ${folder}`);
}

/** How quiet the machine was. */
function foreign(outcome: Outcome): string {
  const runs = Object.values(outcome.cases).flatMap((series) => series.flatMap((entry) => entry.runs));
  const most = Math.max(0, ...runs.map((run) => run.foreignCores));
  const mean = runs.reduce((sum, run) => sum + run.foreignCores, 0) / Math.max(1, runs.length);
  return `Other programs used ${mean.toFixed(2)} cores during these runs, ${most.toFixed(2)} in the worst one.\n`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
