/** `nsync cancel` */
import type { Command } from 'commander';
import type { TransportOptions } from '../transports/open';
import { examples, withTransport, withOutput } from '../options';
import type { ReportOptions } from '../output/runReport';

async function cancel(id: string, options: TransportOptions & ReportOptions): Promise<void> {
  const [{ CancelRunDocument }, { overTransport }, { printRun }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../transports/open.js'),
    import('../output/runReport.js'),
  ]);
  await overTransport(options, async (transport) => {
    const { cancelRun } = await transport.ask(CancelRunDocument, { input: { id } });
    await printRun(transport, cancelRun.run, options);
  });
}

export function addCancel(program: Command): void {
  withOutput(withTransport(program.command('cancel').summary('stop a run')), 'print only failures, on stderr')
    .description(
      'Stops a run, in whichever process it works. With --on-error rollback nothing of the run stays. With --on-error continue, what is committed stays.',
    )
    .argument('<id>', 'the id of the run, as "nsync runs" prints it')
    .addHelpText('after', examples(['cancel 17', 'Stop run 17 and show what stayed']))
    .action(cancel);
}
