/** `nsync prune` */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DoorOptions } from '../doors/open';
import { examples, wholeNumber, withDoor, withOutput } from '../options';
import type { OutputOptions } from '../output/output';

interface Options extends DoorOptions, OutputOptions {
  readonly before?: string;
  readonly olderThan?: number;
  readonly keepLastTouch: boolean;
}

const DAY = 24 * 3600 * 1000;

function pointInTime(given: string): string {
  const time = Date.parse(given);
  if (Number.isNaN(time)) throw new InvalidArgumentError('It is a date or a time: 2026-01-31, 2026-01-31T08:00:00Z.');
  return new Date(time).toISOString();
}

const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

async function prune(options: Options): Promise<void> {
  const { before, olderThan, keepLastTouch } = options;
  const [{ PruneRunsDocument }, { throughDoor }, { CommandFailure }, { print, printJson }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../doors/open.js'),
    import('../failure.js'),
    import('../output/output.js'),
  ]);
  const finishedBefore =
    before ?? (olderThan === undefined ? null : new Date(Date.now() - olderThan * DAY).toISOString());
  if (finishedBefore === null)
    throw new CommandFailure('Which runs are old? Give --older-than <days>, or --before <date>.');
  await throughDoor(options, async (door) => {
    const { pruneRuns } = await door.ask(PruneRunsDocument, { input: { finishedBefore, keepLastTouch } });
    if (options.json) await printJson(pruneRuns);
    else if (!options.quiet)
      await print(`Removed ${counted(pruneRuns.runs, 'run')} and ${counted(pruneRuns.outcomes, 'outcome')}.`);
  });
}

export function addPrune(program: Command): void {
  withOutput(withDoor(program.command('prune').summary('remove old runs')), 'print nothing')
    .description(
      'Removes runs and their outcomes, a few at a time, so that nobody waits. Mappings and objects are never touched.',
    )
    .addOption(
      new Option('--older-than <days>', 'runs that finished so many days ago')
        .argParser(wholeNumber)
        .conflicts('before'),
    )
    .addOption(new Option('--before <date>', 'runs that finished before this date').argParser(pointInTime))
    .option('--no-keep-last-touch', 'also the newest outcome of each object, which says who touched it last')
    .addHelpText(
      'after',
      examples(
        ['prune --older-than 90', 'Keep the runs of the last ninety days'],
        ['prune --before 2026-01-01 --no-keep-last-touch', 'Forget everything before this year'],
      ),
    )
    .action(prune);
}
