/** The transaction of a group of short runs (see runGroup.ts). It writes the rows, records and outcomes of all runs. */
import type { Knex } from 'knex';
import { allDone } from '../../allDone';
import { transientOutage } from '../../database';
import { extended } from '../../extended';
import {
  type EndedRecord,
  endedRecord,
  ensureSystems,
  recordWholeRuns,
  type ReservedIds,
  reserveRunIds,
  runState,
  type StartedRun,
  systemIds,
  type WholeRun,
} from '../../records';
import type { Problem } from '../../problems';
import { during } from '../observer';
import { CountedKeys } from '../write/countedKeys';
import { BEGUN } from './chunkStore';
import { commitObserved } from './commitObserved';
import { FatalRows } from './fatalRows';
import { GroupSegment, type SegmentContext, segmentsOf } from './groupSegment';
import type { RunEnvironment } from './run';
import type { SystemIds } from './runRecord';
import type { RunTransactions } from './runTransactions';
import { ChunkSavepoints } from './savepoints';
import type { ShortRun } from './shortRun';

/** Thrown if some runs must be taken out of the group. Nothing of the group is committed. */
export class TakenOut extends Error {
  constructor(
    /** Runs that end as ROLLED_BACK. */
    readonly failed: readonly ShortRun[],
    /** Runs that need a transaction of their own, because a row is blocked (R17b). */
    readonly unfit: readonly ShortRun[],
  ) {
    super('Some runs must be taken out of the group.');
  }
}

/** Thrown if the only run of a group failed. Only its record stays. */
class RolledBack extends Error {}

/** Thrown if a chunk fails that has no savepoint to return to. */
class NeedsSavepoint extends Error {}

/** How the chunks of a group are carried out. */
type ChunkTransactions = Pick<RunTransactions, 'atomically' | 'later'>;

interface RecordedRun {
  readonly short: ShortRun;
  readonly started: StartedRun;
  readonly ended: EndedRecord;
}

const areSame = (some: SystemIds, others: SystemIds): boolean =>
  some.size === others.size && [...some].every(([name, id]) => others.get(name) === id);

export class GroupTransaction {
  private readonly environment: RunEnvironment;
  private readonly first: ShortRun;
  private segments: readonly GroupSegment[] = [];
  private unindexed: Problem[] = [];
  /** Ids for the records of the runs. */
  private reserved: Promise<ReservedIds | null> = Promise.resolve(null);

  constructor(
    private group: readonly [ShortRun, ...ShortRun[]],
    /** The runs that join the group, which has its models now. */
    private readonly joining: (group: readonly ShortRun[]) => Promise<readonly ShortRun[]>,
  ) {
    [this.first] = group;
    this.environment = this.first.run.environment;
  }

  get runs(): readonly [ShortRun, ...ShortRun[]] {
    return this.group;
  }

  /** Commits the runs and tells each its result. Throws TakenOut if some runs have to be taken out. */
  async execute(): Promise<void> {
    let recorded: readonly RecordedRun[];
    try {
      recorded = await this.commitRows();
    } catch (error) {
      if (!(error instanceof RolledBack)) throw error;
      recorded = await this.commit(async (trx) =>
        this.record(trx, await systemIds(trx, this.environment.database.dialect)),
      );
    }
    for (const { short, started, ended } of recorded) {
      short.run.active.identity.recorded(started);
      short.succeed(short.run.result(ended.run.status, ended));
    }
    for (const problem of this.unindexed) this.environment.warn(problem, this.first.run.active.started.id);
  }

  /** The database refuses nothing of most groups, so a group has no savepoints at first. */
  private async commitRows(): Promise<readonly RecordedRun[]> {
    try {
      return await this.commit((trx) => this.withoutSavepoints(trx));
    } catch (error) {
      if (!(error instanceof NeedsSavepoint)) throw error;
    }
    return this.commit(async (trx) => {
      const savepoints = new ChunkSavepoints(trx, this.environment.database.dialect);
      const carriedOut = await this.carryOut(trx, { atomically: (chunk) => savepoints.atomically(chunk) });
      await savepoints.finished();
      return carriedOut;
    });
  }

  private async withoutSavepoints(trx: Knex.Transaction): Promise<readonly RecordedRun[]> {
    let writes: Promise<void>[] = [];
    const written = (): Promise<unknown> => {
      const all = allDone(writes);
      writes = [];
      return all;
    };
    const needed = async <T>(work: Promise<T>): Promise<T> => {
      try {
        return await work;
      } catch (error) {
        throw transientOutage(this.environment.database.dialect, error) ? error : new NeedsSavepoint();
      }
    };
    const recorded = await this.carryOut(trx, {
      // Mappings are written in several steps. The next chunk must not read before the last step.
      atomically: (chunk) => needed(written().then(() => chunk(trx, () => BEGUN))),
      later: (write) => void writes.push(write),
    });
    await needed(written());
    return recorded;
  }

  /** Commits work that records the runs. */
  private commit(work: (trx: Knex.Transaction) => Promise<readonly RecordedRun[]>): Promise<readonly RecordedRun[]> {
    const { database } = this.environment;
    const isCommitted = async (recorded: readonly RecordedRun[]): Promise<boolean> => {
      const [first] = recorded;
      return (
        first !== undefined && (await runState(database.knex, first.started.id))?.status === first.ended.run.status
      );
    };
    return commitObserved(database, this.first.run.active.watcher, work, isCommitted);
  }

  private async carryOut(trx: Knex.Transaction, chunks: ChunkTransactions): Promise<readonly RecordedRun[]> {
    const countedKeys = new CountedKeys(this.environment.database.dialect, false);
    const transactions = this.transactions(trx, chunks);
    const ids = await this.lock(trx, (systemIds) => this.divide({ transactions, systemIds, countedKeys }));
    for (const segment of this.segments) await segment.sync();
    this.assertFit();
    for (const { run } of this.runs) run.active.enter('COMMITTING');
    await countedKeys.catchUp(trx);
    return this.record(trx, ids);
  }

  /**
   * Waits until no other run works on the models, and divides the runs into segments. Returns the ids of all systems. If the systems are likely to be the
   * last ones, the first rows are loaded together with the locks: the database answers in order, so it reads them once the models are locked.
   */
  private async lock(
    trx: Knex.Transaction,
    divide: (ids: SystemIds) => Promise<readonly GroupSegment[]>,
  ): Promise<SystemIds> {
    const { lastFound, lookahead, database } = this.environment;
    const expected = lookahead === 'NONE' ? null : lastFound.systems;
    const early = expected ? await divide(expected) : [];
    const [known] = await this.first.run.lockAndRead(trx, () => {
      const found = systemIds(trx, database.dialect);
      this.reserve(trx);
      return allDone([found, early[0]?.loadEarly()] as const);
    });
    const joined = await this.joining(this.group);
    this.group = [...this.group, ...joined];
    for (const { run } of this.runs) run.active.holdModels();
    const names = this.runs.flatMap(({ run }) => run.sources.map(({ system }) => system));
    const ids = await ensureSystems(trx, database.dialect, names, known);
    lastFound.systems = ids;
    if (expected && joined.length === 0 && areSame(expected, ids)) this.segments = early;
    else {
      await early[0]?.settled();
      if (joined.length > 0) this.reserve(trx);
      this.segments = await divide(ids);
    }
    return ids;
  }

  /** Asks for ids of the runs' records. The answer comes with those of later statements. */
  private reserve(trx: Knex.Transaction): void {
    this.reserved = reserveRunIds(trx, this.environment.database.dialect, this.runs.length);
    this.reserved.catch(() => undefined);
  }

  private async divide(context: SegmentContext): Promise<readonly GroupSegment[]> {
    for (const { run } of this.runs) await run.startAgain();
    return segmentsOf(this.runs).map((runs) => new GroupSegment(runs, context));
  }

  private transactions(trx: Knex.Transaction, chunks: ChunkTransactions): RunTransactions {
    return extended(chunks, {
      reader: trx,
      readAhead: this.environment.lookahead === 'NONE' ? null : trx,
      fatalRows: new FatalRows(),
      keyWatch: null,
      note: () => undefined,
      writeOutcomes: () => Promise.resolve(),
    });
  }

  /** Throws if not all runs can be committed together. */
  private assertFit(): void {
    const unfit = this.segments.flatMap((segment) => segment.unfit);
    const failed = this.segments.flatMap((segment) => segment.failed).filter((run) => !unfit.includes(run));
    if (failed.length === 1 && this.runs.length === 1) throw new RolledBack();
    if (failed.length + unfit.length > 0) throw new TakenOut(failed, unfit);
  }

  /** Records the runs, each with its end. */
  private async record(trx: Knex.Transaction, ids: SystemIds): Promise<readonly RecordedRun[]> {
    const { dialect } = this.environment.database;
    const wholes = new Map<ShortRun, WholeRun>();
    this.unindexed = [];
    for (const segment of this.segments) {
      const unindexed = await segment.problems(trx);
      this.unindexed.push(...unindexed);
      for (const [short, whole] of segment.records(unindexed, ids)) wholes.set(short, whole);
    }
    const now = new Date().toISOString();
    const reserved = await this.reserved;
    const started = await during(this.first.run.active.watcher, 'record', null, () =>
      recordWholeRuns(trx, dialect, [...wholes.values()], now, reserved),
    );
    return [...wholes].flatMap(([short, whole], index) => {
      const run = started[index];
      return run ? [{ short, started: run, ended: endedRecord(run, whole, now) }] : [];
    });
  }
}
