/** `nsync cancel` */
import type { Command } from 'commander';
import type { DoorOptions } from '../doors/open';
import { examples, withDoor, withOutput } from '../options';
import type { ReportOptions } from '../output/runReport';

async function cancel(id: string, options: DoorOptions & ReportOptions): Promise<void> {
  const [{ CancelRunDocument }, { throughDoor }, { printRun }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../doors/open.js'),
    import('../output/runReport.js'),
  ]);
  await throughDoor(options, async (door) => {
    const { cancelRun } = await door.ask(CancelRunDocument, { input: { id } });
    await printRun(door, cancelRun.run, options);
  });
}

export function addCancel(program: Command): void {
  withOutput(withDoor(program.command('cancel').summary('stop a run')), 'print nothing but what failed, on stderr')
    .description(
      'Stops a run between two chunks, in whichever process it works. With --on-error rollback nothing of it stays; with continue what is committed stays.',
    )
    .argument('<id>', 'as "nsync runs" shows it')
    .addHelpText('after', examples(['cancel 17', 'Stop run 17, and show what stayed']))
    .action(cancel);
}
