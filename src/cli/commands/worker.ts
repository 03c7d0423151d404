/** `nsync worker` */
import { type Command, Option } from 'commander';
import type { LocalOptions } from '../localSettings';
import { examples, wholeNumber, withModels } from '../options';

interface Options extends LocalOptions {
  readonly runs?: number;
}

async function worker({ runs, ...options }: Options): Promise<void> {
  const [server, { localEnvironment }] = await Promise.all([
    import('../../server/serve.js'),
    import('../localSettings.js'),
  ]);
  const environment = localEnvironment(options);
  await server.work({
    ...environment,
    NSYNC_ASYNC_RUNS: runs === undefined ? environment.NSYNC_ASYNC_RUNS : String(runs),
  });
}

export function addWorker(program: Command): void {
  withModels(program.command('worker').summary('carry out queued runs'))
    .description('Carries out runs that calls with --async have queued, until Ctrl-C. Any number of workers and servers share the queue.')
    .addOption(new Option('--runs <number>', 'carry out so many runs at once (default: NSYNC_ASYNC_RUNS, or 2)').argParser(wholeNumber))
    .addHelpText(
      'after',
      examples(
        ['worker --database mysql://nsync@db.example/app', 'Carry out queued runs of a database'],
        ['worker --database mysql://nsync@db.example/app --models ./models.js --runs 4', 'Carry out four runs at once, with your own models'],
      ),
    )
    .action(worker); // prettier-ignore
}
