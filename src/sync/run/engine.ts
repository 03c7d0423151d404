/**
 * One call is one run (R40–R44). The engine checks and records a run, lets it wait for its models, and carries it out.
 */
import { type Database, errorOfRun, retrying, transientOutage } from '../../database';
import { CallError } from '../../errors';
import { extended } from '../../extended';
import type { ModelCatalog } from '../../models';
import {
  abandonRun,
  type ClaimedRun,
  ensureLockRows,
  IDEMPOTENCY_HOURS,
  type KeyClaim,
  KeyTaken,
  OWN_LEASE,
  releaseKey,
  type StartedRun,
} from '../../records';
import type { Problem } from '../../problems';
import { UNOBSERVED } from '../observer';
import { policyOf, type SyncRequest } from '../request';
import { ActiveRun, ActiveRuns } from './activeRun';
import { busyModels } from './busyModels';
import { ChunkByChunk, type InTurn } from './chunkByChunk';
import { CHUNK_SIZE } from './chunkContext';
import { Expectations, type LookaheadSetting } from './expectations';
import { lockedModels } from './lockedModels';
import { OneTransaction } from './oneTransaction';
import { Pace } from './pace';
import { type PreparedSource, prepareSources } from './preparedSources';
import { leaveToOthers, type QueuedWork, queueRun, stopWhen } from './queuedWork';
import { RepeatedCalls } from './repeatedCalls';
import { Run, type RunEnvironment, type RunRequest, type SyncResult } from './run';
import { type Join, RunGroup } from './runGroup';
import { begunRun, RunIdentity } from './runIdentity';
import { RunQueue } from './runQueue';
import { assertWaitLimit, WaitLimit } from './waitLimit';
import { abandoned, recordedError } from './runStatus';
import { rowsOfShortRun, ShortRun } from './shortRun';

export type { SyncResult } from './run';

/** The most sources whose expectations are stored. */
const MOST_SOURCES = 100;

export interface EngineSettings {
  readonly chunkSize?: number;
  /** For tests and measurements. */
  readonly lookahead?: LookaheadSetting;
  /** Runs of engines that share a queue wait for each other. */
  readonly queue?: RunQueue;
  /** The runs under way, of all engines that share this object. */
  readonly active?: ActiveRuns;
  /** Called with problems that an operator of the database can solve. */
  readonly warn?: (problem: Problem, runId: string) => void;
  /** How long an idempotency key stands for its call; 0: for ever. */
  readonly idempotencyHours?: number;
}

/** Whether committed chunks stay, however the run ends. */
const commitsChunks = ({ policy, options }: RunRequest): boolean => !policy.atomic && !options.dryRun;

export class SyncEngine {
  /** The engine's runs that are under way. */
  readonly active: ActiveRuns;
  private readonly queue: RunQueue;
  private readonly repeated: RepeatedCalls;
  /** By system and model. */
  private readonly expectations = new Map<string, Expectations>();
  /** Models that have a row to lock. */
  private readonly lockable = new Set<string>();
  private readonly environment: RunEnvironment;

  constructor(
    private readonly database: Database,
    private readonly catalog: ModelCatalog,
    private readonly settings: EngineSettings = {},
  ) {
    const { queue = new RunQueue(), active = new ActiveRuns() } = settings;
    const { chunkSize = CHUNK_SIZE, lookahead = 'DEFAULT', warn = () => undefined } = settings;
    this.queue = queue;
    this.active = active;
    this.repeated = new RepeatedCalls(database, active, settings.idempotencyHours ?? IDEMPOTENCY_HOURS);
    const expectationsOf = (source: PreparedSource): Expectations => this.expectationsOf(source, lookahead);
    const lastFound = { systems: null };
    this.environment = { database, catalog, chunkSize, lookahead, lastFound, expectationsOf, warn };
  }

  /** An engine for other models. It shares the queue, so runs of both engines wait for each other. */
  withCatalog(catalog: ModelCatalog): SyncEngine {
    return new SyncEngine(this.database, catalog, { ...this.settings, queue: this.queue, active: this.active });
  }

  /** Runs a request. Throws CallError if the run cannot start or is stopped. Problems of rows are in their outcomes. */
  async run(given: SyncRequest): Promise<SyncResult> {
    const request: RunRequest = extended(given, { policy: policyOf(given) });
    const mode = { commitsChunks: commitsChunks(request), waits: true };
    return this.repeated.once(request, mode, (claim) => this.runAnew(request, claim));
  }

  /**
   * Queues a request, whose result has the status QUEUED. `store` stores what a worker needs; then it may claim the run. Throws CallError if the run
   * could not start.
   */
  async enqueue(given: SyncRequest, store: (run: StartedRun) => Promise<void>): Promise<SyncResult> {
    const request: RunRequest = extended(given, { policy: policyOf(given) });
    const mode = { commitsChunks: commitsChunks(request), waits: false };
    return this.repeated.once(request, mode, async (claim) => {
      const sources = await prepareSources(this.database, this.catalog, request);
      assertWaitLimit(request.options.maxWaitSeconds);
      const begun = begunRun(request, sources, claim);
      const started = await queueRun(this.database, begun, store);
      return { runId: started.id, status: 'QUEUED', outcomes: [], replayed: false, record: null };
    });
  }

  /**
   * Carries out a queued run that this process has claimed. `makeRequest` makes its request. When `handBack` is aborted, or after an outage, the run returns to the queue, and the
   * result is null. The run's end is recorded in any case.
   */
  async work(
    makeRequest: () => Promise<SyncRequest>,
    claimed: ClaimedRun,
    handBack: AbortSignal,
  ): Promise<SyncResult | null> {
    const { started } = claimed;
    try {
      const given = await makeRequest();
      return await this.runAnew({ ...given, policy: policyOf(given) }, null, { claimed, handBack });
    } catch (error) {
      if (await leaveToOthers(this.database, started, error)) return null;
      await this.end(started, error);
      throw error;
    }
  }

  private async runAnew(
    request: RunRequest,
    claim: KeyClaim | null,
    queued: QueuedWork | null = null,
  ): Promise<SyncResult> {
    // The rows of a queued run were checked when it was queued.
    const sources = await prepareSources(this.database, this.catalog, request, queued === null);
    const models = lockedModels(sources, request.options, this.catalog);
    const limit = new WaitLimit(request.options.maxWaitSeconds, () => busyModels(this.database, this.active, models));
    try {
      await limit.within(this.ensureLockable(models));
      const active = this.begin(request, sources, claim, limit, queued);
      const chunks = queued?.claimed.committedChunks ?? null;
      return await this.runWithin(limit, new Run(this.environment, request, sources, models, active, chunks));
    } finally {
      limit.end();
    }
  }

  /** Begins a run, which may be recorded later. */
  private begin(
    request: RunRequest,
    sources: readonly PreparedSource[],
    claim: KeyClaim | null,
    limit: WaitLimit,
    queued: QueuedWork | null,
  ): ActiveRun {
    const { signal, requestId, observer } = request;
    const observed = sources.map(({ system, model }) => ({ system, model: model.name }));
    const watcher = observer?.({ dryRun: request.options.dryRun, sources: observed }) ?? UNOBSERVED;
    const begun = begunRun(request, sources, claim, queued?.claimed.startedAt);
    const known = queued?.claimed.started ?? null;
    const identity = new RunIdentity(this.database, begun, (id) => watcher.recorded(id), known);
    const { seconds: leaseSeconds } = queued?.claimed.lease ?? OWN_LEASE;
    const isQueued = queued !== null;
    const control = {
      signal,
      requestId,
      commitsChunks: commitsChunks(request),
      isQueued,
      leaseSeconds,
      watcher,
      limit,
    };
    const active = new ActiveRun(this.database, identity, control);
    const { signal: expired } = limit;
    if (expired) active.stopOn(expired, () => active.stop(expired.reason as CallError));
    if (queued) stopWhen(queued.handBack, active);
    return active;
  }

  private async runWithin(limit: WaitLimit, run: Run): Promise<SyncResult> {
    const { active, request } = run;
    const { identity, watcher } = active;
    try {
      const result = await limit.within(this.active.during(active, () => this.carryOut(run)));
      const isStored = !request.options.dryRun && result.status !== 'ROLLED_BACK';
      watcher.end({ status: result.status, counts: active.report().counts, isStored, error: null });
      return result;
    } catch (error) {
      const { counts } = active.report();
      if (error instanceof KeyTaken || active.returnsAfter(error)) {
        watcher.endsElsewhere();
        throw error;
      }
      const ending = this.abandon(identity, error);
      // On SQLite the run may have waited for the only writer.
      if (!limit.signal?.aborted || this.database.dialect.locksRows) await ending;
      watcher.end({ status: abandoned(error), counts, isStored: commitsChunks(request), error });
      throw errorOfRun(this.database.dialect, error, identity.id);
    } finally {
      await run.end();
    }
  }

  private async carryOut(run: Run): Promise<SyncResult> {
    const { request, models, active } = run;
    // A run that goes on after committed chunks goes on chunk by chunk.
    const rows = run.committedChunks > 0 ? null : rowsOfShortRun(request);
    if (rows !== null) return this.together(run, rows);
    await active.identity.announce();
    const inTurn: InTurn = (work) => this.queue.run(models, active, work);
    const pace = new Pace(() => this.queue.isAwaited(models));
    return commitsChunks(request) ? new ChunkByChunk(run, inTurn, pace).execute() : inTurn(() => this.execute(run));
  }

  /** Carries out a run with others that wait for the same models (R44). */
  private together(run: Run, rows: number): Promise<SyncResult> {
    const work = (runs: readonly ShortRun[], join: Join): Promise<void> =>
      new RunGroup(runs, (other) => this.execute(other), join).execute();
    return new Promise((succeed, fail) => {
      this.queue.runTogether(run.models, run.active, new ShortRun(run, rows, succeed, fail), work).catch(fail);
    });
  }

  /** Carries out a run whose turn it is by itself. */
  private async execute(run: Run): Promise<SyncResult> {
    await run.active.identity.announce();
    const way = commitsChunks(run.request) ? new ChunkByChunk(run, (work) => work(), null) : new OneTransaction(run);
    return way.execute();
  }

  /** Records that an error has stopped the run, unless its end is already recorded. */
  private async abandon(identity: RunIdentity, error: unknown): Promise<void> {
    const { knex, dialect } = this.database;
    const abandon = async (started: StartedRun): Promise<void> => {
      if (error instanceof CallError && error.code === 'RUN_BUSY') await releaseKey(knex, started.id);
      const end = { status: abandoned(error), error: recordedError(dialect, error) };
      await abandonRun(knex, dialect, started, end, new Date().toISOString());
    };
    if (transientOutage(dialect, error) === null)
      await identity
        .announceWithoutKey()
        .then((started) => retrying(dialect, () => abandon(started)))
        .catch(() => undefined);
    // After an outage that lasted too long, there are no more retries.
    else if (identity.id !== null) await abandon(identity.started).catch(() => undefined);
  }

  /** Records the error of a queued run that could not begin. */
  private async end(started: StartedRun, error: unknown): Promise<void> {
    const { knex, dialect } = this.database;
    const end = { status: abandoned(error), error: recordedError(dialect, error) };
    await retrying(dialect, () => abandonRun(knex, dialect, started, end, new Date().toISOString()));
  }

  private async ensureLockable(models: readonly string[]): Promise<void> {
    const { knex, dialect } = this.database;
    if (models.every((model) => this.lockable.has(model))) return;
    await retrying(dialect, () => ensureLockRows(knex, models));
    for (const model of models) this.lockable.add(model);
  }

  private expectationsOf({ system, model }: PreparedSource, lookahead: LookaheadSetting): Expectations {
    const name = JSON.stringify([model.name, system]);
    const known = this.expectations.get(name) ?? new Expectations(lookahead);
    if (this.expectations.size >= MOST_SOURCES) this.expectations.clear();
    this.expectations.set(name, known);
    return known;
  }
}
