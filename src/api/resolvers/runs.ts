/** Runs and their outcomes. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { CallError } from '../../errors';
import {
  cancelRun,
  outcomesPage,
  pruneRuns,
  type RunRecord,
  type RunStatus as RunStatusName,
  systemByName,
} from '../../records';
import { shown } from '../../shown';
import type { ApiContext } from '../context';
import { RowStatus, RunStatus, Severity } from '../enums';
import { CancelRunInput, PruneRunsInput } from '../inputs/runs';
import { outcomeNode, runNode, systemNode } from '../nodes';
import { connection, numberedPageRequest, PageArgs, pageRequest } from '../pages';
import { type RowOutcome, RowOutcomeConnection } from '../types/outcomes';
import type { Connection } from '../types/pages';
import {
  CancelRunPayload,
  PruneRunsPayload,
  RunCounts,
  RunSource,
  sumCounts,
  SyncRun,
  SyncRunConnection,
} from '../types/runs';
import { ExternalSystem } from '../types/systems';

/** The source of an outcome, if its run was removed while outcomes were read. */
const GONE = { system: '', model: '', file: null };

/** The source's system. A system that was not recorded, or was removed later, has only a name. */
async function systemOf(
  { loaders }: ApiContext,
  { systemId, systemName, runStartedAt }: RunSource,
): Promise<ExternalSystem> {
  const system = systemId === null ? null : await loaders.system.load(systemId);
  return system ? systemNode(system) : { id: null, name: systemName, description: null, createdAt: runStartedAt };
}

/** Removes duplicates from a list of statuses. Undefined if there is no list. */
const distinct = <T>(items: readonly T[] | null): T[] | undefined => (items ? [...new Set(items)] : undefined);

@Resolver(() => SyncRun)
export class SyncRunResolver {
  @Query(() => SyncRunConnection, { description: 'Runs, newest first.' })
  async runs(
    @Arg('system', () => String, { nullable: true, description: 'Runs with rows of this external system.' })
    system: string | null,
    @Arg('statuses', () => [RunStatus], { nullable: true, description: 'Runs in one of these states.' })
    statuses: RunStatusName[] | null,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { database, limits, runs }: ApiContext,
  ): Promise<Connection<SyncRun>> {
    const request = numberedPageRequest(args, limits);
    const name = system?.trim();
    const found = name === undefined ? null : await systemByName(database.reader, name);
    const filter = {
      system: name === undefined ? undefined : { id: found?.id ?? null, name },
      statuses: distinct(statuses),
    };
    return connection(await runs.page(filter, request), request, (run) => run.id, runNode);
  }

  @Query(() => SyncRun, { nullable: true, description: 'A run by its id.' })
  async run(
    @Arg('id', () => ID, { description: 'The run’s id, as the sync mutations return it.' }) id: string,
    @Ctx() { loaders }: ApiContext,
  ): Promise<SyncRun | null> {
    const found = /^\d{1,18}$/.test(id) ? await loaders.run.load(String(Number(id))) : null;
    return found && runNode(found);
  }

  @Mutation(() => CancelRunPayload, {
    description:
      'Stops a run after its current chunk of rows, on any server. With `onError: ROLLBACK` the run is undone. With `CONTINUE` committed rows stay. Returns when the run has ended, or after five seconds. Errors: `RUN_NOT_FOUND`, `RUN_ALREADY_FINISHED`.',
  })
  async cancelRun(
    @Arg('input', () => CancelRunInput, { description: 'The run to stop.' }) { id }: CancelRunInput,
    @Ctx() { database, engine, runs, viewer, audit }: ApiContext,
  ): Promise<CancelRunPayload> {
    const find = async (): Promise<RunRecord | undefined> =>
      /^\d{1,18}$/.test(id) ? (await runs.byIds([String(Number(id))]))[0] : undefined;
    const found = await find();
    if (!found) throw new CallError('RUN_NOT_FOUND', `There is no run ${shown(id)}.`);
    if (!viewer.access.isAdmin && found.startedBy !== viewer.name)
      throw new CallError('FORBIDDEN', `Run ${id} was started by another caller. To stop it requires the scope admin.`);
    await cancelRun(database, engine.active, id);
    await audit('CANCEL_RUN', id, {});
    const run = await find();
    if (!run) throw new CallError('RUN_NOT_FOUND', `Run ${id} was removed in the meantime.`);
    return { run: runNode(run) };
  }

  @Mutation(() => PruneRunsPayload, {
    description:
      'Removes runs that finished before a given time, and their outcomes. Works in small batches, so other calls do not wait.',
  })
  async pruneRuns(
    @Arg('input', () => PruneRunsInput, { description: 'The runs to remove.' })
    { finishedBefore, keepLastTouch }: PruneRunsInput,
    @Ctx() { untimed, audit }: ApiContext,
  ): Promise<PruneRunsPayload> {
    const pruned = await pruneRuns(untimed, { finishedBefore, keepLastTouch: keepLastTouch ?? true });
    await audit('PRUNE_RUNS', null, { finishedBefore: finishedBefore.toISOString(), keepLastTouch, ...pruned });
    return pruned;
  }

  @FieldResolver(() => [RunSource], { description: 'The sources of the run’s rows, in order.' })
  async sources(@Root() { id, startedAt }: SyncRun, @Ctx() { loaders }: ApiContext): Promise<RunSource[]> {
    return (await loaders.sources.load(id)).map((source) => ({ ...source, runStartedAt: startedAt }));
  }

  @FieldResolver(() => [ExternalSystem], { description: 'The external systems of the run’s rows.' })
  async systems(@Root() run: SyncRun, @Ctx() context: ApiContext): Promise<ExternalSystem[]> {
    const sources = await this.sources(run, context);
    const systems = await Promise.all(sources.map((source) => systemOf(context, source)));
    return [...new Map(systems.map((system) => [system.name, system])).values()];
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The id of the request that started the run: the header `X-Request-Id`, or an id that the server chose. Null once the run has finished, and for runs of other servers.',
  })
  requestId(@Root() { id }: SyncRun, @Ctx() { engine }: ApiContext): string | null {
    return engine.active.find(id)?.requestId ?? null;
  }

  @FieldResolver(() => RunCounts, { description: 'The results of all rows, counted.' })
  async counts(@Root() { id }: SyncRun, @Ctx() { loaders }: ApiContext): Promise<RunCounts> {
    return sumCounts((await loaders.sources.load(id)).map(({ counts }) => counts));
  }

  @FieldResolver(() => RowOutcomeConnection, {
    description:
      'The outcomes of rows that changed something or have a problem, in row order. Other rows are only counted.',
  })
  async outcomes(
    @Root() { id }: SyncRun,
    @Arg('statuses', () => [RowStatus], { nullable: true, description: 'Only rows with one of these statuses.' })
    statuses: (keyof typeof RowStatus)[] | null,
    @Arg('severity', () => Severity, {
      nullable: true,
      description: 'Only rows whose most severe problem has this severity.',
    })
    severity: keyof typeof Severity | null,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { database, limits, loaders }: ApiContext,
  ): Promise<Connection<RowOutcome>> {
    const request = pageRequest(args, limits);
    if (request.after !== null && !/^\d{1,15}:\d{1,9}$/.test(request.after))
      throw new CallError(
        'BAD_USER_INPUT',
        'after is not a cursor of these outcomes. Pass the endCursor of the previous page.',
      );
    const page = await outcomesPage(
      database.reader,
      id,
      { statuses: distinct(statuses), severity: severity ?? undefined },
      request,
    );
    const origins = new Map(
      (await loaders.sources.load(id)).map(({ id: sourceId, systemName: system, model, file }) => [
        sourceId,
        { system, model, file },
      ]),
    );
    return connection(
      page,
      request,
      (outcome) => outcome.id,
      (outcome) => outcomeNode(outcome, origins.get(outcome.sourceId) ?? GONE),
    );
  }
}

@Resolver(() => RunSource)
export class RunSourceResolver {
  @FieldResolver(() => ExternalSystem, { description: 'The external system of the rows.' })
  async system(@Root() source: RunSource, @Ctx() context: ApiContext): Promise<ExternalSystem> {
    return systemOf(context, source);
  }
}
