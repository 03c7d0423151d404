/** `nsync run` */
import type { Command } from 'commander';
import type { TransportOptions } from '../transports/open';
import { examples, withTransport, withOutput } from '../options';
import type { ReportOptions } from '../output/runReport';

interface Options extends TransportOptions, ReportOptions {
  readonly watch?: boolean;
}

async function run(id: string, options: Options): Promise<void> {
  const [{ RunSummaryDocument }, { overTransport }, { CommandFailure }, { printRun }, { watchRun }, { judge }] =
    await Promise.all([
      import('../../../schema/operations/generated.js'),
      import('../transports/open.js'),
      import('../failure.js'),
      import('../output/runReport.js'),
      import('../watch.js'),
      import('../verdict.js'),
    ]);
  await overTransport(options, async (transport) => {
    const found = await transport.ask(RunSummaryDocument, { id });
    if (!found.run) throw new CommandFailure(`There is no run ${id}.`);
    if (!options.watch) return printRun(transport, found.run, options);
    const ended = found.run.finishedAt === null ? await watchRun(transport, found.run, options) : found.run;
    await printRun(transport, ended, options);
    judge(ended);
  });
}

export function addRun(program: Command): void {
  withOutput(withTransport(program.command('run').summary('show a run')), 'print only failures, on stderr')
    .description('Shows a run: its counts, its problems, and with --changes each object that it changed.')
    .argument('<id>', 'the id of the run, as the sync or "nsync runs" prints it')
    .option('--changes', 'print what changed')
    .option('--watch', 'show the progress until the run has ended, and exit as a sync does')
    .addHelpText(
      'after',
      examples(
        ['run 17', 'The result of run 17, and why rows failed'],
        ['run 17 --changes', 'Each object that run 17 changed, before and after'],
        ['run 17 --watch', 'The progress of run 17 until it has ended, and then its result'],
        ["run 17 --json | jq -r 'select(.outcome).outcome.externalKey'", 'The keys of the failed rows'],
      ),
    )
    .action(run);
}
