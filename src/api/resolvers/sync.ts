/** Mutations that sync. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import type { SyncOptions, SyncResult, SyncSource } from '../../sync';
import { systemName } from '../../records';
import type { ApiContext } from '../context';
import { idempotencyKeyOf } from '../idempotency';
import { SyncCsvFilesInput, SyncCsvInput } from '../inputs/csv';
import { SyncRowsInput } from '../inputs/rows';
import { outcomeNode, runNode } from '../nodes';
import { selects } from '../selection';
import { csvFileSource, csvFileSources, rowsSource, syncOptions } from '../sources';
import { SyncCsvPayload, SyncRowsPayload, type SyncRun } from '../types/runs';

async function runOf({ loaders }: ApiContext, { runId, replayed }: SyncResult): Promise<SyncRun> {
  const run = await loaders.run.load(runId);
  if (!run) throw new Error(`run ${runId} was not kept`);
  return runNode(run, replayed);
}

async function syncFiles(
  context: ApiContext,
  sources: readonly SyncSource[],
  options: SyncOptions,
  idempotencyKey: string | null,
): Promise<SyncCsvPayload> {
  return {
    run: await runOf(context, await context.sync({ sources, options, idempotencyKey, wantOutcomes: false })),
  };
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
    const idempotencyKey = idempotencyKeyOf(input, context, info);
    const source = rowsSource(input, context.catalog.find(input.model.trim()), context.limits);
    const result = await context.sync({
      sources: [source],
      options: syncOptions(input.options),
      idempotencyKey,
      wantOutcomes: selects(info, 'outcomes'),
    });
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
    const idempotencyKey = idempotencyKeyOf(input, context, info);
    const source = await csvFileSource(input, context.limits, context.control.signal);
    return syncFiles(context, [source], syncOptions(input.options), idempotencyKey);
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
    const idempotencyKey = idempotencyKeyOf(input, context, info);
    const options = syncOptions(input.options);
    const order = options.order ?? ((input.smartOrder ?? true) ? (['CREATE', 'UPDATE', 'DELETE'] as const) : null);
    const sources = await csvFileSources(input, context.limits, context.control.signal);
    return syncFiles(context, sources, { ...options, order }, idempotencyKey);
  }
}
