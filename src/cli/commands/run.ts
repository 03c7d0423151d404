/** `nsync run` */
import type { Command } from 'commander';
import type { DoorOptions } from '../doors/open';
import { examples, withDoor, withOutput } from '../options';
import type { ReportOptions } from '../output/runReport';

async function run(id: string, options: DoorOptions & ReportOptions): Promise<void> {
  const [{ RunSummaryDocument }, { throughDoor }, { CommandFailure }, { printRun }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../doors/open.js'),
    import('../failure.js'),
    import('../output/runReport.js'),
  ]);
  await throughDoor(options, async (door) => {
    const found = await door.ask(RunSummaryDocument, { id });
    if (!found.run) throw new CommandFailure(`There is no run ${id}.`);
    await printRun(door, found.run, options);
  });
}

export function addRun(program: Command): void {
  withOutput(withDoor(program.command('run').summary('show a run')), 'print nothing but what failed, on stderr')
    .description('Shows a run: its counts, its problems, and with --changes what it did to each object.')
    .argument('<id>', 'as the sync, or "nsync runs", gave it')
    .option('--changes', 'print what changed')
    .addHelpText(
      'after',
      examples(
        ['run 17', 'How a run ended, and why rows failed'],
        ['run 17 --changes', 'Each object that it changed, before and after'],
        ["run 17 --json | jq -r 'select(.outcome).outcome.externalKey'", 'The keys of the rows that failed'],
      ),
    )
    .action(run);
}
