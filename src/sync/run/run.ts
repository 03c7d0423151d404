/** The execution of one request: its options, its progress and its record. */
import type { Knex } from 'knex';
import { allDone } from '../../allDone';
import type { Database } from '../../database';
import type { ModelCatalog } from '../../models';
import {
  countsOfSources,
  type EndedRecord,
  ensureSystems,
  lockModels,
  noCounts,
  recordedProblems,
  type RowOutcome,
  type RunStatus,
  systemIds,
} from '../../records';
import type { Problem } from '../../problems';
import { during } from '../observer';
import type { SyncPolicy } from '../policy';
import type { SyncRequest } from '../request';
import type { ActiveRun } from './activeRun';
import { BlockedRows } from './blockedRows';
import type { ChunkContext } from './chunkContext';
import type { Expectations, LookaheadSetting } from './expectations';
import type { FatalRowsOfPass } from './fatalRows';
import type { PreparedSource } from './preparedSources';
import { blockedEntry, Continuation, Journal } from './journal';
import { Progress, type SourceProgress } from './progress';
import { RunPrecedence } from './precedence';
import { RunRecord, type SystemIds } from './runRecord';

export interface SyncResult {
  readonly runId: string;
  readonly status: RunStatus;
  /** The outcomes of every row, by source; empty if the request does not want them. */
  readonly outcomes: readonly (readonly RowOutcome[])[];
  /** Whether the run is that of an earlier call with the same idempotency key (R49). */
  readonly replayed: boolean;
  /** The record of the run, if it does not have to be read from the database. */
  readonly record: EndedRecord | null;
}

/** The settings that the runs of an engine share. */
export interface RunEnvironment {
  readonly database: Database;
  readonly catalog: ModelCatalog;
  readonly chunkSize: number;
  readonly lookahead: LookaheadSetting;
  /** What the last short runs found. Others may rely on it only if they find the same. */
  readonly lastFound: { systems: SystemIds | null };
  expectationsOf(source: PreparedSource): Expectations;
  warn(problem: Problem, runId: string): void;
}

/** A request with its policy, which the options or the caller define. */
export interface RunRequest extends SyncRequest {
  readonly policy: SyncPolicy;
}

export class Run {
  readonly record: RunRecord;
  /** What committed chunks tell the next attempt; null if there will be none. */
  readonly journal: Journal | null;
  /** Null: it has not begun. */
  private current: Progress | null = null;
  private continued: Continuation | null = null;
  private readonly precedence: RunPrecedence;

  constructor(
    readonly environment: RunEnvironment,
    readonly request: RunRequest,
    readonly sources: readonly PreparedSource[],
    /** Names of the models that the run locks. */
    readonly models: readonly string[],
    readonly active: ActiveRun,
    /** The chunks that earlier attempts have committed; null if the run was not queued. */
    private readonly earlierChunks: number | null = null,
  ) {
    const { database } = environment;
    const warn = (problem: Problem): void => environment.warn(problem, active.started.id);
    this.record = new RunRecord(database, active, sources, warn);
    this.journal = earlierChunks === null ? null : new Journal(active.started.id);
    this.precedence = new RunPrecedence(database, models);
  }

  /** Where the run continues; null if it begins with its first row. */
  get continuation(): Continuation | null {
    return this.continued;
  }

  get committedChunks(): number {
    return this.earlierChunks ?? 0;
  }

  /** Continues after the chunks that earlier attempts have committed. */
  async continueEarlier(): Promise<void> {
    if (this.committedChunks === 0) return;
    const { database } = this.environment;
    const { reports } = this.progress;
    const { id, sourceIds } = this.active.started;
    this.continued = await Continuation.read(database, id, async ({ source, pass, isLate, outcomes }) =>
      reports[source]?.addCommitted(pass, outcomes, isLate),
    );
    if (this.request.policy.passes > 1) return;
    const counts = await countsOfSources(database.reader, id);
    for (const [index, report] of reports.entries()) {
      const sourceId = sourceIds[index] ?? '';
      await report.continueFrom(counts.get(sourceId) ?? noCounts(), recordedProblems(database.reader, sourceId));
    }
  }

  get progress(): Progress {
    return (this.current ??= new Progress(this.environment.database, this.request, this.sources));
  }

  /** Discards the progress, so that all rows are read again. */
  async startAgain(): Promise<void> {
    await this.discard();
    this.current = null;
    this.journal?.startAgain();
  }

  /** Ids of all external systems. Creates the missing systems of the run. */
  async ensureSystems(knex: Knex): Promise<SystemIds> {
    const { dialect } = this.environment.database;
    const names = this.sources.map(({ system }) => system);
    return ensureSystems(knex, dialect, names, await systemIds(knex, dialect));
  }

  /** The settings of the chunks of a source, in one pass. */
  chunkContext(source: SourceProgress, fatalRows: FatalRowsOfPass): ChunkContext {
    const { environment, request, active } = this;
    const { catalog, chunkSize, lookahead } = environment;
    return {
      catalog,
      model: source.model,
      options: request.options,
      chunkSize,
      lookahead,
      watcher: active.watcher,
      expectations: environment.expectationsOf(source),
      fatalRows,
      blocked: new BlockedRows((row) => this.journal?.noteBlocked(blockedEntry(source.index, row))),
    };
  }

  /**
   * Waits in a transaction until no other run works on the models. They stay locked until the transaction ends (R44). Throws if the run was
   * stopped meanwhile.
   */
  async lock(trx: Knex.Transaction): Promise<void> {
    await this.lockAndRead(trx, () => Promise.resolve({}));
  }

  /** As `lock`. Also returns what `read` reads once the models are locked. */
  async lockAndRead<T extends object>(trx: Knex.Transaction, read: () => Promise<T>): Promise<T> {
    const { environment, active, models } = this;
    active.signal.throwIfAborted();
    const found = await during(active.watcher, 'wait', null, async () => {
      const { dialect } = environment.database;
      const precedence = await this.precedence.begin(trx);
      const begun = dialect.beginSync(trx);
      // SQLite must write before it reads. For other databases, the statements are sent together.
      if (!dialect.locksRows) await begun;
      const [, known] = await allDone([begun, lockModels(trx, dialect, models, precedence, read)] as const);
      return known;
    });
    active.holdModels();
    return found;
  }

  result(status: RunStatus, record: EndedRecord | null = null): SyncResult {
    const outcomes = this.progress.outcomes(status);
    return { runId: this.active.started.id, status, outcomes, replayed: false, record };
  }

  /** Removes the run's temporary files, and lets others have its models. */
  async end(): Promise<void> {
    await this.precedence.end();
    await this.discard();
  }

  /** Removes the run's temporary files. */
  async discard(): Promise<void> {
    await this.current?.discard();
  }
}
