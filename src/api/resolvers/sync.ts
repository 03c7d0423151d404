/** Mutations that sync. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import { extended } from '../../extended';
import type { SyncOptions, SyncResult } from '../../sync';
import { systemName } from '../../records';
import type { ApiContext } from '../context';
import { idempotencyKeyOf } from '../idempotency';
import { SyncCsvFilesInput, SyncCsvInput } from '../inputs/csv';
import { SyncRowsInput } from '../inputs/rows';
import { outcomeNode, queuedRunNode, runNode } from '../nodes';
import { selects } from '../selection';
import { type SyncCall, sourcesOf } from '../queuedCalls';
import { syncOptions } from '../sources';
import { SyncCsvPayload, SyncRowsPayload, type SyncRun } from '../types/runs';

/** The order of a call with several files (R41). */
const SMART_ORDER = ['CREATE', 'UPDATE', 'DELETE'] as const;

async function runOf({ loaders }: ApiContext, { runId, status, replayed, record }: SyncResult): Promise<SyncRun> {
  if (record) {
    loaders.run.prime(runId, record.run);
    loaders.sources.prime(runId, [...record.sources]);
    return runNode(record.run, replayed);
  }
  const run = await loaders.run.load(runId);
  if (!run) throw new Error(`run ${runId} was not kept`);
  if (status === 'QUEUED' && !replayed) return queuedRunNode(run);
  return runNode(run, replayed);
}

/** Runs or queues a call. */
async function start(
  context: ApiContext,
  call: SyncCall,
  info: GraphQLResolveInfo,
  { order, wantOutcomes }: { readonly order?: SyncOptions['order']; readonly wantOutcomes: boolean },
): Promise<SyncResult> {
  const { input } = call;
  const idempotencyKey = idempotencyKeyOf(input, context, info);
  const sources = await sourcesOf(call, context, context.control.signal);
  const given = syncOptions(input.options);
  const options = extended(given, { order: given.order ?? order ?? null });
  if (input.options?.async) return context.enqueue(call, { sources, options, idempotencyKey, wantOutcomes: false });
  return context.sync({ sources, options, idempotencyKey, wantOutcomes });
}

@Resolver()
export class SyncResolver {
  @Mutation(() => SyncRowsPayload, {
    description:
      'Syncs rows. The outcome of each row reports its problems. A failed row is never an error of the call.',
  })
  async syncRows(
    @Arg('input', () => SyncRowsInput, { description: 'The rows, with defaults and options.' }) input: SyncRowsInput,
    @Ctx() context: ApiContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SyncRowsPayload> {
    const result = await start(context, { kind: 'rows', input }, info, { wantOutcomes: selects(info, 'outcomes') });
    const origin = {
      system: systemName(input.system),
      model: context.catalog.find(input.model.trim())?.name ?? input.model,
      file: null,
    };
    return {
      run: await runOf(context, result),
      outcomes: (result.outcomes[0] ?? []).map((outcome) => outcomeNode(outcome, origin)),
    };
  }

  @Mutation(() => SyncCsvPayload, { description: 'Syncs a CSV file. Pass the file as text or as an upload.' })
  async syncCsv(
    @Arg('input', () => SyncCsvInput, { description: 'The file, with its format, defaults and options.' })
    input: SyncCsvInput,
    @Ctx() context: ApiContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SyncCsvPayload> {
    return { run: await runOf(context, await start(context, { kind: 'csv', input }, info, { wantOutcomes: false })) };
  }

  @Mutation(() => SyncCsvPayload, {
    description: 'Syncs several CSV files in one run. The file names contain the external system and the model.',
  })
  async syncCsvFiles(
    @Arg('input', () => SyncCsvFilesInput, { description: 'The files, with their format, defaults and options.' })
    input: SyncCsvFilesInput,
    @Ctx() context: ApiContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SyncCsvPayload> {
    const order = (input.smartOrder ?? true) ? SMART_ORDER : null;
    const result = await start(context, { kind: 'csvFiles', input }, info, { order, wantOutcomes: false });
    return { run: await runOf(context, result) };
  }
}
