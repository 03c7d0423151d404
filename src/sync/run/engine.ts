/**
 * One call is one run (R40–R44). The engine checks and records a run, lets it wait for its models, and carries it out.
 */
import { type Database, errorOfRun, retrying, transientOutage } from '../../database';
import type { ModelCatalog } from '../../models';
import { abandonRun, ensureLockRows, type StartedRun, startRun } from '../../records';
import type { Problem } from '../../problems';
import { UNOBSERVED } from '../observer';
import { policyOf, type SyncRequest } from '../request';
import { ActiveRun, ActiveRuns } from './activeRun';
import { ChunkByChunk } from './chunkByChunk';
import { CHUNK_SIZE } from './chunkContext';
import { Expectations, type LookaheadSetting } from './expectations';
import { lockedModels } from './lockedModels';
import { OneTransaction } from './oneTransaction';
import { type PreparedSource, prepareSources } from './preparedSources';
import { Run, type RunEnvironment, type RunRequest, type SyncResult } from './run';
import { RunQueue } from './runQueue';
import { abandoned } from './runStatus';

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
}

/** Whether committed chunks stay, however the run ends. */
const commitsChunks = ({ policy, options }: RunRequest): boolean => !policy.atomic && !options.dryRun;

export class SyncEngine {
  /** The engine's runs that are under way. */
  readonly active: ActiveRuns;
  private readonly queue: RunQueue;
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
    const expectationsOf = (source: PreparedSource): Expectations => this.expectationsOf(source, lookahead);
    this.environment = { database, catalog, chunkSize, lookahead, expectationsOf, warn };
  }

  /** An engine for other models. It shares the queue, so runs of both engines wait for each other. */
  withCatalog(catalog: ModelCatalog): SyncEngine {
    return new SyncEngine(this.database, catalog, { ...this.settings, queue: this.queue, active: this.active });
  }

  /** Runs a request. Throws CallError if the run cannot start or is stopped. Problems of rows are in their outcomes. */
  async run(given: SyncRequest): Promise<SyncResult> {
    const request: RunRequest = { ...given, policy: policyOf(given) };
    const sources = await prepareSources(this.database, this.catalog, request);
    const models = lockedModels(sources, request.options, this.catalog);
    await this.ensureLockable(models);
    const started = await this.start(request, sources);
    // Done at once, so that an observer can find the run among the active ones.
    const active = this.activate(request, sources, started);
    const execute = (): Promise<SyncResult> =>
      this.execute(new Run(this.environment, request, sources, models, active));
    try {
      const result = await this.active.during(active, () => this.queue.run(models, active, execute));
      const isStored = !request.options.dryRun && result.status !== 'ROLLED_BACK';
      active.watcher.end({ status: result.status, counts: active.report().counts, isStored, error: null });
      return result;
    } catch (error) {
      const { counts } = active.report();
      active.watcher.end({ status: abandoned(error), counts, isStored: commitsChunks(request), error });
      await this.abandon(started, error);
      throw errorOfRun(this.database.dialect, error, started.id);
    }
  }

  /** Records that the run has begun. */
  private start({ options, startedBy = null }: RunRequest, sources: readonly PreparedSource[]): Promise<StartedRun> {
    const recorded = sources.map(({ system, model, source }) => ({
      systemName: system,
      model: model.name,
      file: source.file,
    }));
    const run = { dryRun: options.dryRun, startedBy, sources: recorded };
    return startRun(this.database, run, new Date().toISOString());
  }

  private activate(request: RunRequest, sources: readonly PreparedSource[], started: StartedRun): ActiveRun {
    const { signal, requestId, observer, options } = request;
    const { dryRun } = options;
    const observed = sources.map(({ system, model }) => ({ system, model: model.name }));
    const watcher = observer?.({ id: started.id, dryRun, sources: observed }) ?? UNOBSERVED;
    return new ActiveRun(this.database, started, { signal, requestId, commitsChunks: commitsChunks(request), watcher });
  }

  private async execute(run: Run): Promise<SyncResult> {
    try {
      const execution = commitsChunks(run.request) ? new ChunkByChunk(run) : new OneTransaction(run);
      return await execution.execute();
    } finally {
      await run.discard();
    }
  }

  /** Records that an error has stopped the run, unless its end is already recorded. */
  private async abandon(started: StartedRun, error: unknown): Promise<void> {
    const { knex, dialect } = this.database;
    const abandon = (): Promise<void> => abandonRun(knex, dialect, started, abandoned(error), new Date().toISOString());
    // After an outage that lasted too long, there are no more retries.
    await (transientOutage(dialect, error) ? abandon() : retrying(dialect, abandon)).catch(() => undefined);
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
