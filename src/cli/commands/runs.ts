/** `nsync runs` */
import type { Command } from 'commander';
import type { RunFragment, RunStatus } from '../../../schema/operations/generated';
import type { TransportOptions } from '../transports/open';
import { examples, oneOf, RepeatableOption, withList } from '../options';
import type { List, ListOptions } from '../output/list';

interface Options extends TransportOptions, ListOptions {
  readonly system?: string;
  readonly status?: readonly string[];
}

const STATUSES: readonly Lowercase<RunStatus>[] = ['queued', 'running', 'completed', 'completed_with_failures', 'rolled_back', 'cancelled', 'interrupted']; // prettier-ignore

async function runs(options: Options): Promise<void> {
  const [{ RunsDocument }, { overTransport }, { printList }, { secondsOf, statusOf }, { shownTime }] =
    await Promise.all([
      import('../../../schema/operations/generated.js'),
      import('../transports/open.js'),
      import('../output/list.js'),
      import('../output/runReport.js'),
      import('../output/text.js'),
    ]);
  const list: List<RunFragment> = {
    of: 'run',
    nameOf: ({ id }) => id,
    columns: [
      { title: 'Id', value: ({ id }) => id, align: 'right' },
      { title: 'Status', value: statusOf },
      { title: 'Started', value: ({ startedAt }) => shownTime(startedAt), spare: 3 },
      { title: 'Seconds', value: (run) => secondsOf(run), align: 'right', spare: 7 },
      { title: 'Systems', value: ({ systems }) => systems.map(({ name }) => name).join(', ') },
      { title: 'Models', value: ({ sources }) => [...new Set(sources.map(({ model }) => model))].join(', '), spare: 1 },
      { title: 'Rows', value: ({ counts }) => counts.rows },
      { title: 'Created', value: ({ counts }) => counts.created, spare: 5 },
      { title: 'Updated', value: ({ counts }) => counts.updated, spare: 4 },
      { title: 'Deleted', value: ({ counts }) => counts.deleted, spare: 6 },
      { title: 'Failed', value: ({ counts }) => counts.failed },
      { title: 'Warnings', value: ({ counts }) => counts.warnings, spare: 2 },
      { title: 'Dry run', value: ({ dryRun }) => (dryRun ? 'yes' : ''), spare: 8 },
    ],
  };
  const statuses = options.status?.map((status) => status.toUpperCase() as RunStatus);
  await overTransport(options, (transport) =>
    printList(
      transport,
      list,
      async (first, after) =>
        (await transport.ask(RunsDocument, { system: options.system, statuses, first, after })).runs,
      options,
    ),
  );
}

export function addRuns(program: Command): void {
  withList(program.command('runs').summary('list runs, the newest first'), 'ids')
    .description('Lists runs, the newest first.')
    .option('--system <name>', 'only runs of this system')
    .addOption(
      new RepeatableOption('--status <status>', 'only runs with this status')
        .choices(STATUSES)
        .gathering(oneOf(STATUSES)),
    )
    .addHelpText(
      'after',
      examples(
        ['runs --system HRSystem --limit 10', 'The last ten runs of HRSystem'],
        [
          'runs --status rolled_back --status interrupted --json',
          'Runs that were rolled back or interrupted, as JSON lines',
        ],
        ['runs --quiet --limit 1', 'The id of the newest run'],
      ),
    )
    .action(runs);
}
