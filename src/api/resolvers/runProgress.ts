/** The subscription to a run. */
import { Arg, Ctx, ID, Resolver, Root, Subscription } from 'type-graphql';
import { retrying } from '../../database';
import { CallError } from '../../errors';
import type { RunEvent } from '../../records';
import { shown } from '../../shown';
import { type ApiContext, renew } from '../context';
import { runNode } from '../nodes';
import { SyncRun } from '../types/runs';

/** Follows a run that the caller may see. Throws RUN_NOT_FOUND. */
async function follow(id: string, { runs, feed, database }: ApiContext): Promise<AsyncIterable<RunEvent>> {
  const isId = /^\d{1,18}$/.test(id);
  const [found] = isId ? await retrying(database.dialect, () => runs.byIds([String(Number(id))])) : [];
  if (!found) throw new CallError('RUN_NOT_FOUND', `There is no run ${shown(id)}.`);
  return feed.follow(found.id);
}

@Resolver()
export class RunProgressResolver {
  @Subscription(() => SyncRun, {
    description:
      'Follows a run: its state now, each change of its status, phase or counts, and its state when it has finished. Then the subscription ends. Error: `RUN_NOT_FOUND`.',
    subscribe: ({ args, context }: { args: { id: string }; context: ApiContext }) => follow(args.id, context),
  })
  runProgress(
    // Undefined if the operation is executed like a query.
    @Root() event: RunEvent | undefined,
    @Arg('id', () => ID, {
      description: 'The run’s id. Without the scope `read`, only the caller’s own runs are found.',
    })
    id: string,
    @Ctx() context: ApiContext,
  ): SyncRun {
    if (!event) throw new CallError('BAD_USER_INPUT', 'A subscription needs a transport for event streams.');
    if (event.kind === 'failed') throw event.error as Error;
    if (event.kind === 'gone') throw new CallError('RUN_NOT_FOUND', `Run ${id} was removed in the meantime.`);
    const { run, sources } = event;
    renew(context);
    context.loaders.sources.prime(run.id, [...sources]);
    return runNode(run);
  }
}
