/** `nsync runs` */
import type { Command } from 'commander';
import type { RunFragment, RunStatus } from '../../../schema/operations/generated';
import type { DoorOptions } from '../doors/open';
import { examples, oneOf, RepeatableOption, withList } from '../options';
import type { List, ListOptions } from '../output/list';

interface Options extends DoorOptions, ListOptions {
  readonly system?: string;
  readonly status?: readonly string[];
}

const STATUSES: readonly Lowercase<RunStatus>[] = ['queued', 'running', 'completed', 'completed_with_failures', 'rolled_back', 'cancelled', 'interrupted']; // prettier-ignore

async function runs(options: Options): Promise<void> {
  const [{ RunsDocument }, { throughDoor }, { printList }, { secondsOf, statusOf }] = await Promise.all([
    import('../../../schema/operations/generated.js'),
    import('../doors/open.js'),
    import('../output/list.js'),
    import('../output/runReport.js'),
  ]);
  const list: List<RunFragment> = {
    of: 'runs',
    nameOf: ({ id }) => id,
    columns: [
      { title: 'Id', value: ({ id }) => Number(id) },
      { title: 'Status', value: statusOf },
      { title: 'Started', value: ({ startedAt }) => startedAt },
      { title: 'Seconds', value: (run) => secondsOf(run) },
      { title: 'Systems', value: ({ systems }) => systems.map(({ name }) => name).join(', ') },
      { title: 'Models', value: ({ sources }) => [...new Set(sources.map(({ model }) => model))].join(', ') },
      { title: 'Rows', value: ({ counts }) => counts.rows },
      { title: 'Created', value: ({ counts }) => counts.created },
      { title: 'Updated', value: ({ counts }) => counts.updated },
      { title: 'Deleted', value: ({ counts }) => counts.deleted },
      { title: 'Failed', value: ({ counts }) => counts.failed },
      { title: 'Warnings', value: ({ counts }) => counts.warnings },
      { title: 'Dry run', value: ({ dryRun }) => (dryRun ? 'yes' : '') },
    ],
  };
  const statuses = options.status?.map((status) => status.toUpperCase() as RunStatus);
  await throughDoor(options, (door) =>
    printList(
      door,
      list,
      async (first, after) => (await door.ask(RunsDocument, { system: options.system, statuses, first, after })).runs,
      options,
    ),
  );
}

export function addRuns(program: Command): void {
  withList(program.command('runs').summary('list runs, the newest first'), 'ids')
    .description('Lists runs, the newest first.')
    .option('--system <name>', 'that this system took part in')
    .addOption(new RepeatableOption('--status <status>', 'in this state').choices(STATUSES).gathering(oneOf(STATUSES)))
    .addHelpText(
      'after',
      examples(
        ['runs --system HRSystem --limit 10', 'The last ten runs of a system'],
        ['runs --status rolled_back --status interrupted --json', 'What went wrong, as JSON lines'],
        ['runs --quiet --limit 1', 'The id of the last run'],
      ),
    )
    .action(runs);
}
