/** Consecutive runs of a group with the same system, model, options and scopes. Their rows are processed as one source. */
import type { Knex } from 'knex';
import { ROWS_PER_BATCH } from '../../eventLoop';
import { isRecorded, type RowOutcome, type WholeRun } from '../../records';
import { FEW_ROWS } from '../load/objectLookups';
import { UnindexedLookups } from '../load/unindexedLookups';
import type { PlannedOutcome } from '../plan/operations';
import type { Problem } from '../../problems';
import type { Instruction } from '../read/instruction';
import type { Row } from '../row';
import type { CountedKeys } from '../write/countedKeys';
import { tableVisibility, visibleSystems } from './authority';
import type { ChunkContext } from './chunkContext';
import { chunkLength } from './chunkCutter';
import { DatabaseStore } from './databaseStore';
import { Preload } from './preload';
import { processRows } from './processRows';
import type { SourceProgress } from './progress';
import { readPlannedOutcome } from './report';
import type { SystemIds } from './runRecord';
import type { RunTransactions } from './runTransactions';
import { RunWatch } from './runWatch';
import { isSafe } from './safeRows';
import type { ShortRun } from './shortRun';
import { batchesOf } from './readBatches';

const sourceOf = ({ run }: ShortRun): SourceProgress => {
  const [source] = run.progress.sources;
  if (!source) throw new Error('A short run must have a source.');
  return source;
};

function areAlike(one: ShortRun, other: ShortRun): boolean {
  const [first, second] = [sourceOf(one), sourceOf(other)];
  const [{ options, authority }, later] = [one.run.request, other.run.request];
  return (
    first.system === second.system &&
    first.model === second.model &&
    first.source.text === second.source.text &&
    authority?.scopes === later.authority?.scopes &&
    options.onMatchConflict === later.options.onMatchConflict &&
    options.onUnresolvedReference === later.options.onUnresolvedReference
  );
}

/** Divides the runs into segments, in order. */
export function segmentsOf(runs: readonly ShortRun[]): [ShortRun, ...ShortRun[]][] {
  const segments: [ShortRun, ...ShortRun[]][] = [];
  for (const run of runs) {
    const last = segments.at(-1);
    if (last && areAlike(last[0], run)) last.push(run);
    else segments.push([run]);
  }
  return segments;
}

export interface SegmentContext {
  readonly transactions: RunTransactions;
  readonly systemIds: SystemIds;
  readonly countedKeys: CountedKeys;
}

export class GroupSegment {
  private readonly lookups = new UnindexedLookups();
  private readonly owners = new Map<Row, ShortRun>();
  private readonly recorded = new Map<ShortRun, RowOutcome[]>();
  private readonly chunk: ChunkContext;
  private readonly store: DatabaseStore;
  /** Rows that were read before the models were locked. */
  private readonly early = new Map<ShortRun, readonly Instruction[]>();
  private preload: Preload | null = null;

  constructor(
    readonly runs: readonly [ShortRun, ...ShortRun[]],
    private readonly context: SegmentContext,
  ) {
    // A row that ends the transaction ends the group: each run finds out alone whether the row is its own.
    this.chunk = runs[0].run.chunkContext(sourceOf(runs[0]), context.transactions.fatalRows.of(0, 0));
    this.store = this.newStore();
  }

  /** Reads the rows, and asks for what they need if they are few. It may be called again, if the answers are outdated. */
  async loadEarly(): Promise<void> {
    for (const short of this.runs) if (!this.early.has(short)) this.early.set(short, await this.readAll(short));
    const rows = [...this.early.values()].flat();
    const isChunk = chunkLength(rows, FEW_ROWS, this.chunk.fatalRows) === rows.length;
    if (!this.store.loadAhead || !isChunk || !rows.every(isSafe)) return;
    // An error here occurs again when the rows are loaded in their turn.
    this.preload = new Preload(
      rows,
      this.store.loadAhead(rows).catch(() => null),
    );
  }

  /** Resolves when nothing is being loaded. */
  async settled(): Promise<void> {
    await this.preload?.finished();
  }

  async sync(): Promise<void> {
    const { preload } = this;
    for await (const outcomes of processRows(this.chunk, this.store, this.instructions(), { preload })) {
      const byRun = new Map<ShortRun, PlannedOutcome[]>();
      for (const outcome of outcomes) {
        const run = this.ownerOf(outcome.row);
        const known = byRun.get(run);
        if (known) known.push(outcome);
        else byRun.set(run, [outcome]);
      }
      for (const [run, own] of byRun) await this.add(run, own);
    }
  }

  /** Runs that must leave nothing. */
  get failed(): ShortRun[] {
    return this.runs.filter(({ run }) => run.request.policy.atomic && run.progress.hasFailures);
  }

  /** Runs with a blocked row (R17b). Only rows of the same run may unblock it. */
  get unfit(): ShortRun[] {
    return [...new Set(this.chunk.blocked.all.map(({ instruction }) => this.ownerOf(instruction.row)))];
  }

  /** Problems that an operator of the database can solve. */
  problems(knex: Knex): Promise<Problem[]> {
    return this.lookups.problems(knex);
  }

  /** What the runs leave in the run tables. */
  records(unindexed: readonly Problem[], systemIds: SystemIds): Map<ShortRun, WholeRun> {
    return new Map(this.runs.map((short) => [short, this.recordOf(short, unindexed, systemIds)]));
  }

  private recordOf(short: ShortRun, unindexed: readonly Problem[], systemIds: SystemIds): WholeRun {
    const { progress, active, request } = short.run;
    const source = sourceOf(short);
    const { dryRun, startedBy, startedAt, claim } = active.identity.begun;
    const failed = request.policy.atomic ? 'ROLLED_BACK' : 'COMPLETED_WITH_FAILURES';
    const status = progress.hasFailures ? failed : 'COMPLETED';
    return {
      started: active.identity.id === null ? null : active.started,
      status,
      dryRun,
      startedBy,
      startedAt,
      claim,
      problems: [...progress.columnProblems, ...unindexed],
      problemGroups: progress.groups.list(),
      source: {
        systemName: source.system,
        model: source.model.name,
        file: source.source.file,
        systemId: systemIds.get(source.system) ?? null,
        counts: progress.countsOf(0),
      },
      outcomes: (this.recorded.get(short) ?? []).map((outcome) => progress.asLeft(source, status, outcome)),
    };
  }

  private ownerOf(row: Row): ShortRun {
    const owner = this.owners.get(row);
    if (!owner) throw new Error('The row belongs to no run of the group.');
    return owner;
  }

  private async add(short: ShortRun, outcomes: readonly PlannedOutcome[]): Promise<void> {
    await short.run.progress.add(sourceOf(short), 0, outcomes, false);
    const recorded = outcomes.filter(isRecorded).map(readPlannedOutcome);
    const known = this.recorded.get(short);
    if (known) known.push(...recorded);
    else this.recorded.set(short, recorded);
    short.run.active.watcher.rowsDone(0, outcomes.length);
  }

  /** Yields rows of several runs at once, because readers yield to the event loop after each batch. */
  private async *instructions(): AsyncGenerator<readonly Instruction[]> {
    let gathered: Instruction[] = [];
    for (const short of this.runs)
      for await (const instructions of this.instructionsOf(short)) {
        gathered.push(...instructions);
        if (gathered.length < ROWS_PER_BATCH) continue;
        yield gathered;
        gathered = [];
      }
    yield gathered;
  }

  private async *instructionsOf(short: ShortRun): AsyncGenerator<readonly Instruction[]> {
    const { request, active, progress } = short.run;
    const watch = new RunWatch(request, active, progress.reports);
    const early = this.early.get(short);
    if (early) {
      watch.read(early.length);
      yield early;
    } else yield* this.read(short, (rows) => watch.read(rows));
  }

  private async readAll(short: ShortRun): Promise<readonly Instruction[]> {
    const all: Instruction[] = [];
    for await (const instructions of this.read(short, () => undefined)) all.push(...instructions);
    return all;
  }

  /** `onRead` is called with the number of rows of each batch, before these become instructions. */
  private async *read(short: ShortRun, onRead: (rows: number) => void): AsyncGenerator<readonly Instruction[]> {
    const { source, reader } = sourceOf(short);
    for await (const rows of source.batches()) {
      onRead(rows.length);
      for (const some of batchesOf(rows)) {
        const instructions = await reader.readAll(some);
        for (const { row } of instructions) this.owners.set(row, short);
        yield instructions;
      }
    }
  }

  private newStore(): DatabaseStore {
    const { transactions, systemIds, countedKeys } = this.context;
    const [{ run }] = this.runs;
    const { authority } = run.request;
    return new DatabaseStore({
      database: run.environment.database,
      context: this.chunk,
      systemId: systemIds.get(sourceOf(this.runs[0]).system) ?? -1,
      systemIds: visibleSystems(systemIds, authority),
      seesTable: tableVisibility(authority),
      lookups: this.lookups,
      countedKeys,
      transactions,
      // Outcomes are recorded with the end of their runs.
      record: () => Promise.resolve(),
    });
  }
}
