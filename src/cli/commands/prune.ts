/** `nsync prune` */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TransportOptions } from '../transports/open';
import { examples, wholeNumber, withTransport, withOutput } from '../options';
import type { OutputOptions } from '../output/output';

interface Options extends TransportOptions, OutputOptions {
  readonly before?: string;
  readonly olderThan?: number;
  readonly keepLastTouch: boolean;
}

const DAY = 24 * 3600 * 1000;

function pointInTime(given: string): string {
  const time = Date.parse(given);
  if (Number.isNaN(time)) throw new InvalidArgumentError('Use a date or a time: 2026-01-31, 2026-01-31T08:00:00Z.');
  return new Date(time).toISOString();
}

async function prune(options: Options): Promise<void> {
  const { before, olderThan, keepLastTouch } = options;
  const [{ PruneRunsDocument }, { overTransport }, { CommandFailure }, { print, printJson }, { counted }] =
    await Promise.all([
      import('../../../schema/operations/generated.js'),
      import('../transports/open.js'),
      import('../failure.js'),
      import('../output/output.js'),
      import('../output/text.js'),
    ]);
  const finishedBefore =
    before ?? (olderThan === undefined ? null : new Date(Date.now() - olderThan * DAY).toISOString());
  if (finishedBefore === null)
    throw new CommandFailure('Say which runs to remove: --older-than <days> or --before <date>.');
  await overTransport(options, async (transport) => {
    const { pruneRuns } = await transport.ask(PruneRunsDocument, { input: { finishedBefore, keepLastTouch } });
    if (options.json) await printJson(pruneRuns);
    else if (!options.quiet)
      await print(`Removed ${counted(pruneRuns.runs, 'run')} and ${counted(pruneRuns.outcomes, 'outcome')}.`);
  });
}

export function addPrune(program: Command): void {
  withOutput(withTransport(program.command('prune').summary('remove old runs')), 'print nothing')
    .description(
      'Removes old runs and their outcomes in small steps, so that other work does not wait. Objects and mappings stay.',
    )
    .addOption(
      new Option('--older-than <days>', 'remove runs that finished more than this many days ago')
        .argParser(wholeNumber)
        .conflicts('before'),
    )
    .addOption(new Option('--before <date>', 'remove runs that finished before this date').argParser(pointInTime))
    .option(
      '--no-keep-last-touch',
      'also remove the newest outcome of each object, which says which run touched it last',
    )
    .addHelpText(
      'after',
      examples(
        ['prune --older-than 90', 'Keep the runs of the last 90 days'],
        ['prune --before 2026-01-01 --no-keep-last-touch', 'Remove everything before 2026'],
      ),
    )
    .action(prune);
}
