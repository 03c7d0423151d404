/** Takes a run's rows through the passes of its policy, source after source (R41). */
import type { Knex } from 'knex';
import { isRecorded } from '../../records';
import type { PlannedOutcome } from '../plan/operations';
import { during } from '../observer';
import type { Instruction } from '../read/instruction';
import { tableVisibility, visibleSystems } from './authority';
import type { ChunkContext } from './chunkContext';
import { DatabaseStore } from './databaseStore';
import { type Continuation, blockedRow } from './journal';
import { type Origin, Passes } from './passes';
import { processRows } from './processRows';
import type { Progress, SourceProgress } from './progress';
import { readPlannedOutcome } from './report';
import { type RetriedSource, retryBlocked } from './retryBlocked';
import type { Run } from './run';
import type { SystemIds } from './runRecord';
import type { RunTransactions } from './runTransactions';
import { RunWatch } from './runWatch';
import { orderSources } from './sourceOrder';
import { batchesOf } from './readBatches';

export class PassLoop {
  private readonly progress: Progress;
  private readonly passes: Passes;
  private readonly watch: RunWatch;
  private readonly visibleIds: SystemIds;
  private readonly seesTable: (table: string) => boolean;

  constructor(
    private readonly run: Run,
    private readonly transactions: RunTransactions,
    private readonly systemIds: SystemIds,
  ) {
    const { progress, request, active } = run;
    this.progress = progress;
    this.watch = new RunWatch(request, active, progress.reports);
    this.passes = new Passes(request.policy);
    this.visibleIds = visibleSystems(systemIds, request.authority);
    this.seesTable = tableVisibility(request.authority);
  }

  async syncAll(): Promise<void> {
    const { policy } = this.run.request;
    const { continuation } = this.run;
    this.passes.add(continuation?.used ?? []);
    for (let pass = 0; pass < policy.passes; pass += 1) {
      if (!this.passes.isUsed(pass) || continuation?.isDone(pass)) this.watch.skipPass();
      else await this.syncPass(pass);
    }
    for (const report of this.progress.reports) await report.join();
  }

  /** The sources of a pass, in order. */
  private sourcesOf(pass: number): SourceProgress[] {
    const { request, environment } = this.run;
    const { sources } = this.progress;
    const models = sources.map(({ model }) => model);
    const order = orderSources(models, request.policy.sourcesOf?.(pass) ?? 'GIVEN', environment.catalog.foreignKeys);
    return order.flatMap((index) => sources[index] ?? []);
  }

  private async syncPass(pass: number): Promise<void> {
    const processed: (RetriedSource & { readonly of: SourceProgress })[] = [];
    const { journal, continuation } = this.run;
    const sources = this.sourcesOf(pass);
    const order = sources.map(({ index }) => index);
    journal?.enter(pass, () => this.passes.known, false);
    for (const source of sources) {
      const context = this.run.chunkContext(source, this.transactions.fatalRows.of(source.index, pass));
      const store = this.storeOf(source, pass, context);
      const all = this.instructionsOf(source, pass);
      const rest = continuation ? this.rest(continuation, source, pass, order, context, all) : all;
      for await (const outcomes of processRows(context, store, rest)) await this.add(source, pass, outcomes);
      processed.push({ of: source, context, store });
    }
    journal?.enter(pass, () => this.passes.known, true);
    for await (const { source, outcomes } of retryBlocked(processed)) await this.add(source.of, pass, outcomes, true);
  }

  /** `isLate`: for rows that had to wait for others (R17b). */
  private async add(
    source: SourceProgress,
    pass: number,
    outcomes: readonly PlannedOutcome[],
    isLate = false,
  ): Promise<void> {
    await this.progress.add(source, pass, outcomes, isLate);
    this.run.active.watcher.rowsDone(source.index, outcomes.length);
    this.watch.assertWanted();
  }

  private async *instructionsOf(
    { source, system, model, reader }: SourceProgress,
    pass: number,
  ): AsyncGenerator<readonly Instruction[]> {
    const origin: Origin = { system, model: model.name, file: source.file };
    for await (const rows of source.batches()) {
      this.watch.read(rows.length);
      for (const some of batchesOf(rows)) {
        const instructions = await reader.readAll(some);
        yield instructions.flatMap((instruction) => this.passes.partOf(instruction, pass, origin) ?? []);
      }
    }
  }

  /** The rows of a source that an earlier attempt of the run has not committed. Rows that wait for others wait again. */
  private async *rest(
    continuation: Continuation,
    { index }: SourceProgress,
    pass: number,
    order: readonly number[],
    { blocked }: ChunkContext,
    all: AsyncIterable<readonly Instruction[]>,
  ): AsyncGenerator<readonly Instruction[]> {
    const last = continuation.doneUpTo(pass, index, order);
    for await (const instructions of all) {
      for (const instruction of instructions) {
        const entry = continuation.blockedRow(pass, index, instruction.row.number);
        if (entry) blocked.putBack(blockedRow(instruction, entry));
      }
      yield instructions.filter(({ row }) => row.number > last);
    }
  }

  private storeOf({ index, system }: SourceProgress, pass: number, context: ChunkContext): DatabaseStore {
    const { lookups, countedKeys } = this.progress;
    return new DatabaseStore({
      database: this.run.environment.database,
      context,
      systemId: this.systemIds.get(system) ?? -1,
      systemIds: this.visibleIds,
      seesTable: this.seesTable,
      lookups,
      countedKeys,
      transactions: this.transactions,
      record: (trx, planned) => this.recordChunk(trx, index, pass, planned),
    });
  }

  private async recordChunk(
    trx: Knex.Transaction,
    source: number,
    pass: number,
    planned: readonly PlannedOutcome[],
  ): Promise<void> {
    const { request, active, record } = this.run;
    this.transactions.note(source, pass, planned);
    // With several passes, outcomes are known only after the last one.
    if (request.policy.passes > 1) return;
    const recorded = planned.filter((outcome) => !outcome.blocked && isRecorded(outcome)).map(readPlannedOutcome);
    if (recorded.length === 0) return;
    await this.transactions.writeOutcomes(trx, (within) =>
      during(active.watcher, 'record', recorded.length, () => record.outcomes(within, source, recorded)),
    );
  }
}
