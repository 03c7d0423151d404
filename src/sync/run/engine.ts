/** One call is one run (R40–R44): passes, transactions, locks, retries, and the run's record. */
import type { Knex } from 'knex';
import { committing, type Database, errorOfRun, retrying, transientOutage } from '../../database';
import { CallError } from '../../errors';
import { type Model, type ModelCatalog, Spellings } from '../../models';
import {
  abandonRun,
  assertOwn,
  ensureLockRows,
  ensureSystem,
  finishRun,
  insertOutcomes,
  isKept,
  keptOutcomes,
  lockModels,
  noCounts,
  noteSystems,
  recordChunk,
  type RowOutcome,
  type RunCounts,
  type RunStatus,
  runState,
  type StartedRun,
  startRun,
  systemIds,
  systemName,
} from '../../records';
import { didYouMean } from '../../wording';
import { UnindexedLookups } from '../load/unindexedLookups';
import type { PlannedOutcome } from '../plan/operations';
import { type Problem, shown } from '../problems';
import type { Instruction } from '../read/instruction';
import { headerProblems } from '../read/header';
import { RowReader } from '../read/reader';
import type { SyncPolicy } from '../policy';
import { policyOf, type SyncRequest, type SyncSource } from '../request';
import { CountedKeys } from '../write/countedKeys';
import { KeyWatch } from '../write/keyWatch';
import { ActiveRun, ActiveRuns } from './activeRun';
import { CHUNK_SIZE, type ChunkContext, Habit, type Lookahead, processRows } from './chunks';
import { FatalRows } from './fatalRows';
import { HeldLocks } from './heldLocks';
import { type Origin, Passes } from './passes';
import { CreatedObjects } from './createdObjects';
import { lockedModels } from './lockedModels';
import { assertPreconditions } from './preconditions';
import { ProblemGroups } from './problemGroups';
import { readPlannedOutcome, SourceReport } from './report';
import { ChunkCounts } from './rowTally';
import { orderSources } from './sourceOrder';
import { RunQueue } from './runQueue';
import { RunWatch } from './runWatch';
import { turnsOf } from './turns';
import { BEGUN, ChunkSavepoints, TransactionEnded } from './savepoints';

export interface SyncResult {
  readonly runId: string;
  readonly status: RunStatus;
  /** By source, of every row; empty where the request does not want them. */
  readonly outcomes: readonly (readonly RowOutcome[])[];
}

interface PreparedSource {
  readonly source: SyncSource;
  readonly system: string;
  readonly model: Model;
}

interface PreparedRequest extends SyncRequest {
  readonly policy: SyncPolicy;
}

interface Progress {
  readonly readers: readonly RowReader[];
  readonly reports: readonly SourceReport[];
  readonly groups: ProblemGroups;
  readonly lookups: UnindexedLookups;
  readonly countedKeys: CountedKeys;
  /** Null if what is created stays, whatever else happens. */
  readonly created: CreatedObjects | null;
  readonly isDryRun: boolean;
}

interface PassContext extends Pick<ChunkContext, 'systemIds' | 'atomically' | 'reader' | 'readAhead' | 'keyWatch'> {
  /** Notes outcomes that the chunk under way has come to, of one source. */
  readonly note?: (source: number, planned: readonly PlannedOutcome[]) => void;
  readonly fatalRows: FatalRows;
  /** Writes a chunk's outcomes, in its own transaction or in the whole run's. */
  readonly keep: (chunk: Knex.Transaction, write: (trx: Knex.Transaction) => Promise<void>) => Promise<void>;
}

const OUTCOMES_PER_STATEMENT = 1000;
/** Sources whose habits are remembered. */
const MOST_HABITS = 100;

/** Ends a transaction whose work must not stay. */
class RollBack extends Error {}

/** The commit would refuse a run for a key that no row of it touches. */
class BrokenUnseen extends Error {}

/** Starts work again each time that a refused row has ended its transaction, or that `prepare` has made ready for the error. */
async function startingAgain<T>(work: () => Promise<T>, prepare: (error: unknown) => boolean): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransactionEnded) && !prepare(error)) throw error;
    }
  }
}

const now = (): string => new Date().toISOString();

const originOf = ({ source, system, model }: PreparedSource): Origin => ({
  system,
  model: model.name,
  file: source.file,
});

async function* readInstructions(
  prepared: PreparedSource,
  reader: RowReader,
  passes: Passes,
  pass: number,
  watch: RunWatch,
): AsyncGenerator<readonly Instruction[]> {
  const origin = originOf(prepared);
  for await (const rows of prepared.source.batches()) {
    watch.read(rows.length);
    for (const some of turnsOf(rows)) {
      const instructions = await reader.readAll(some);
      yield instructions.flatMap((instruction) => passes.partOf(instruction, pass, origin) ?? []);
    }
  }
}

export interface EngineSettings {
  readonly chunkSize?: number;
  /** For tests and measurements. */
  readonly lookahead?: Lookahead;
  /** Runs of engines that share one wait for each other. */
  readonly queue?: RunQueue;
  /** Runs that are under way, of all engines that share it. */
  readonly active?: ActiveRuns;
  /** Is told what whoever runs the database can do better. */
  readonly warn?: (problem: Problem, runId: string) => void;
}

export class SyncEngine {
  /** Its runs that are under way. */
  readonly active: ActiveRuns;
  private readonly queue: RunQueue;
  /** By system and model. */
  private readonly habits = new Map<string, Habit>();
  /** Models that have a row to lock. */
  private readonly lockable = new Set<string>();
  private readonly warn: EngineSettings['warn'];
  private readonly lookahead: Lookahead;

  constructor(
    private readonly database: Database,
    private readonly catalog: ModelCatalog,
    private readonly settings: EngineSettings = {},
  ) {
    const { queue = new RunQueue(), active = new ActiveRuns(), warn } = settings;
    this.queue = queue;
    this.active = active;
    this.warn = warn;
    this.lookahead = settings.lookahead ?? 'DEFAULT';
  }

  /** An engine for other models; runs of both wait for each other where they must. */
  withCatalog(catalog: ModelCatalog): SyncEngine {
    return new SyncEngine(this.database, catalog, { ...this.settings, queue: this.queue, active: this.active });
  }

  /** Runs a request; throws CallError where it cannot start. What goes wrong with a row is in its outcome. */
  async run(given: SyncRequest): Promise<SyncResult> {
    const request = { ...given, policy: policyOf(given) };
    const sources = await this.prepare(request);
    const { knex, dialect } = this.database;
    const models = lockedModels(this.catalog, request.sources);
    await this.ensureLockable(models);
    const run = {
      dryRun: request.options.dryRun,
      sources: sources.map(({ system, model, source }) => ({
        systemName: system,
        model: model.name,
        file: source.file,
      })),
    };
    const started = await startRun(this.database, run, now());
    const active = new ActiveRun(this.database, started, {
      signal: request.signal,
      requestId: request.requestId,
      keepsChunks: !request.policy.atomic && !request.options.dryRun,
    });
    try {
      return await this.active.during(active, () =>
        this.queue.run(models, active.signal, () => this.execute(request, sources, models, active)),
      );
    } catch (error) {
      // What could not be waited for any longer is not waited for again.
      const abandon = (): Promise<void> => abandonRun(knex, dialect, started, abandoned(error), now());
      await (transientOutage(dialect, error) ? abandon() : retrying(dialect, abandon)).catch(() => undefined);
      throw errorOfRun(dialect, error, started.id);
    }
  }

  private async prepare({ sources, options }: SyncRequest): Promise<PreparedSource[]> {
    const prepared = sources.map((source) => ({
      source,
      system: systemName(source.system),
      model: this.catalog.get(source.model),
    }));
    if (!options.createExternalSystem) {
      const known = await retrying(this.database.dialect, () => systemIds(this.database.reader));
      for (const { system } of prepared) {
        if (known.has(system)) continue;
        const meant = didYouMean(system, known.keys());
        throw new CallError('UNKNOWN_EXTERNAL_SYSTEM', `There is no external system ${shown(system)}${meant}`);
      }
    }
    await assertPreconditions(prepared, options);
    return prepared;
  }

  private async execute(
    request: PreparedRequest,
    sources: readonly PreparedSource[],
    models: readonly string[],
    active: ActiveRun,
  ): Promise<SyncResult> {
    const work =
      request.policy.atomic || request.options.dryRun ? this.inOneTransaction.bind(this) : this.chunkByChunk.bind(this);
    return work(request, sources, models, active);
  }

  private newProgress(
    { policy, wantOutcomes, options }: PreparedRequest,
    prepared: readonly PreparedSource[],
  ): Progress {
    const groups = new ProblemGroups();
    const { reader: knex, dialect } = this.database;
    const spellings = new Spellings({ knex, dialect });
    return {
      groups,
      lookups: new UnindexedLookups(),
      countedKeys: new CountedKeys(this.database.dialect, options.dryRun),
      created: policy.atomic || options.dryRun ? new CreatedObjects() : null,
      isDryRun: options.dryRun,
      readers: prepared.map(
        ({ model, source: { text, header } }) =>
          new RowReader(model, text, header && headerProblems(model, header), spellings),
      ),
      reports: prepared.map((source) => new SourceReport(originOf(source), groups, { policy, wantAll: wantOutcomes })),
    };
  }

  /** Atomic policies and dry runs: all or nothing. */
  private async inOneTransaction(
    request: PreparedRequest,
    sources: readonly PreparedSource[],
    models: readonly string[],
    active: ActiveRun,
  ): Promise<SyncResult> {
    const { started } = active;
    const { dialect } = this.database;
    const { dryRun } = request.options;
    const { atomic } = request.policy;
    let progress = this.newProgress(request, sources);
    let status: RunStatus = 'COMPLETED';
    const fatalRows = new FatalRows();
    const newKeyWatch = (): KeyWatch | null =>
      dialect.deferredKeys ? new KeyWatch(dialect.deferredKeys, this.catalog) : null;
    let keyWatch: KeyWatch | null = null;
    let isCommitting = false;
    const work = async (trx: Knex.Transaction): Promise<void> => {
      isCommitting = false;
      await this.discard(progress);
      progress = this.newProgress(request, sources);
      status = 'COMPLETED';
      active.enter('WAITING');
      active.keepAlive(trx);
      await dialect.beginSync(trx);
      await lockModels(trx, models);
      await assertOwn(trx, started);
      await keyWatch?.begin(trx);
      const ids = await this.ensureSystems(trx, sources);
      const savepoints = new ChunkSavepoints(trx, dialect);
      await this.passes(request, sources, active, progress, {
        systemIds: ids,
        atomically: (chunk) => savepoints.atomically(chunk),
        reader: trx,
        readAhead: this.lookahead === 'NONE' ? null : trx,
        fatalRows,
        keyWatch,
        keep: (_chunk, write) => {
          if (this.lookahead === 'NONE') return write(trx);
          savepoints.writeAlongside(write);
          return Promise.resolve();
        },
      });
      await savepoints.finished();
      active.enter('COMMITTING');
      const failures = progress.reports.some(({ counts }) => counts.failed > 0);
      if (failures) status = atomic ? 'ROLLED_BACK' : 'COMPLETED_WITH_FAILURES';
      if (dryRun || status === 'ROLLED_BACK') {
        if (!keyWatch && (await newKeyWatch()?.mayRefuse(trx))) throw new BrokenUnseen();
        for (const [index, report] of progress.reports.entries())
          await report.takeBack(keptOutcomes(trx, started.sourceIds[index] ?? ''));
        throw new RollBack();
      }
      await progress.countedKeys.catchUp(trx);
      await this.record(trx, progress, sources, started, status, ids);
      await active.assertOwn();
      isCommitting = true;
    };
    const watchKeys = (error: unknown): boolean => {
      const failure = isCommitting ? dialect.explainFailure(error) : null;
      const isBroken = error instanceof BrokenUnseen || failure?.kind === 'violation';
      if (keyWatch || !isBroken) return false;
      keyWatch = newKeyWatch();
      return keyWatch !== null;
    };
    try {
      try {
        await startingAgain(() => committing(this.database, work, () => this.hasEnded(started, status)), watchKeys);
      } catch (error) {
        if (!(error instanceof RollBack)) throw error;
        await this.recordAlone(progress, sources, started, status);
      }
      return this.result(progress, sources, started, status);
    } finally {
      await this.discard(progress);
    }
  }

  private async hasEnded({ id }: StartedRun, status: RunStatus): Promise<boolean> {
    return (await runState(this.database.knex, id))?.status === status;
  }

  /** Each chunk stays once it is done; the models stay locked for the whole run. */
  private async chunkByChunk(
    request: PreparedRequest,
    sources: readonly PreparedSource[],
    models: readonly string[],
    active: ActiveRun,
  ): Promise<SyncResult> {
    const { started } = active;
    const { knex, dialect } = this.database;
    const progress = this.newProgress(request, sources);
    const locks = new HeldLocks(this.database, models, (trx) => active.keepAlive(trx));
    const chunkCounts = new ChunkCounts(progress.reports, started);
    let committed = 0;
    const atomically: ChunkContext['atomically'] = async (chunk) => {
      const work = async (trx: Knex.Transaction): ReturnType<typeof chunk> => {
        await locks.hold();
        await dialect.beginSync(trx);
        chunkCounts.begin();
        const result = await chunk(trx, () => BEGUN);
        await progress.countedKeys.catchUp(trx);
        const recorded = { committedChunks: committed + 1, counts: chunkCounts.list() };
        await Promise.all([locks.assertHeld(), recordChunk(trx, started, recorded)]);
        await active.assertOwn();
        return result;
      };
      const isCommitted = async (): Promise<boolean> =>
        (await runState(knex, started.id))?.committedChunks === committed + 1;
      const result = await committing(this.database, work, isCommitted);
      committed += 1;
      return result;
    };
    try {
      await locks.hold();
      const ids = await retrying(dialect, () => this.ensureSystems(knex, sources));
      await retrying(dialect, () => noteSystems(knex, sourceSystems(started, sources, ids)));
      await this.passes(request, sources, active, progress, {
        systemIds: ids,
        atomically,
        reader: this.database.reader,
        readAhead: null,
        note: (source, planned) => chunkCounts.note(source, planned),
        fatalRows: new FatalRows(),
        // Each chunk's own commit tells.
        keyWatch: null,
        keep: (chunk, write) => write(chunk),
      });
      await locks.release();
      active.enter('COMMITTING');
      const status = progress.reports.some(({ counts }) => counts.failed > 0) ? 'COMPLETED_WITH_FAILURES' : 'COMPLETED';
      await this.recordAlone(progress, sources, started, status);
      return this.result(progress, sources, started, status);
    } catch (error) {
      await locks.release();
      // What is committed stays, with its problems and outcomes.
      if (!transientOutage(dialect, error))
        await this.recordAlone(progress, sources, started, abandoned(error)).catch(() => undefined);
      throw error;
    } finally {
      await locks.release();
      await this.discard(progress);
    }
  }

  /** In a transaction of its own. */
  private async recordAlone(
    progress: Progress,
    sources: readonly PreparedSource[],
    started: StartedRun,
    status: RunStatus,
  ): Promise<void> {
    const work = (trx: Knex.Transaction): Promise<void> =>
      systemIds(trx).then((ids) => this.record(trx, progress, sources, started, status, ids));
    await committing(this.database, work, () => this.hasEnded(started, status));
  }

  private async ensureSystems(knex: Knex, sources: readonly PreparedSource[]): Promise<Map<string, number>> {
    const known = await systemIds(knex);
    const missing = sources.filter(({ system }) => !known.has(system));
    for (const { system } of missing) await ensureSystem(knex, this.database.dialect, system, now());
    return missing.length > 0 ? systemIds(knex) : known;
  }

  private async ensureLockable(models: readonly string[]): Promise<void> {
    const { knex, dialect } = this.database;
    if (models.every((model) => this.lockable.has(model))) return;
    await retrying(dialect, () => ensureLockRows(knex, models));
    for (const model of models) this.lockable.add(model);
  }

  private async passes(
    request: PreparedRequest,
    sources: readonly PreparedSource[],
    active: ActiveRun,
    progress: Progress,
    { systemIds: ids, atomically, reader, readAhead, keyWatch, fatalRows, note, keep }: PassContext,
  ): Promise<void> {
    const { database, catalog } = this;
    const { options, policy } = request;
    const watch = new RunWatch(request, active, progress.reports);
    const passes = new Passes(policy);
    const models = sources.map(({ model }) => model);
    for (let pass = 0; pass < policy.passes; pass += 1) {
      if (!passes.isUsed(pass)) {
        watch.skipPass();
        continue;
      }
      const order = orderSources(models, policy.sourcesOf?.(pass) ?? 'GIVEN', catalog.foreignKeys);
      for (const index of order) {
        const source = sources[index];
        if (!source) continue;
        const { model, system } = source;
        const rows = progress.readers[index];
        const report = progress.reports[index];
        if (!rows || !report) continue;
        const context: ChunkContext = {
          database,
          catalog,
          model,
          systemId: ids.get(system) ?? -1,
          systemIds: ids,
          options,
          chunkSize: this.settings.chunkSize ?? CHUNK_SIZE,
          lookahead: this.lookahead,
          habit: this.habitOf(source),
          atomically,
          reader,
          readAhead,
          lookups: progress.lookups,
          countedKeys: progress.countedKeys,
          keyWatch,
          fatalRows: fatalRows.of(index, pass),
          // Of several passes the outcomes are known when all are done.
          record: async (trx, planned) => {
            note?.(index, planned);
            if (policy.passes > 1) return;
            const kept = planned.filter(isKept).map(readPlannedOutcome);
            if (kept.length > 0) await keep(trx, (within) => this.keep(within, kept, active.started, index));
          },
        };
        for await (const outcomes of processRows(context, readInstructions(source, rows, passes, pass, watch))) {
          progress.created?.add(model, outcomes);
          await report.add(pass, outcomes);
          watch.assertWanted();
        }
      }
    }
    for (const report of progress.reports) await report.join();
  }

  private habitOf({ system, model }: PreparedSource): Habit {
    const name = JSON.stringify([model.name, system]);
    const known = this.habits.get(name) ?? new Habit(this.lookahead);
    if (this.habits.size >= MOST_HABITS) this.habits.clear();
    this.habits.set(name, known);
    return known;
  }

  private keep(
    trx: Knex.Transaction,
    outcomes: readonly RowOutcome[],
    { sourceIds }: StartedRun,
    source: number,
  ): Promise<void> {
    return insertOutcomes(trx, this.database.dialect, sourceIds[source] ?? '', outcomes);
  }

  /** Writes the outcomes that are still to be kept and the end of the run. */
  private async record(
    trx: Knex.Transaction,
    progress: Progress,
    sources: readonly PreparedSource[],
    started: StartedRun,
    status: RunStatus,
    ids: ReadonlyMap<string, number>,
  ): Promise<void> {
    const { dialect } = this.database;
    for (const [index, report] of progress.reports.entries()) {
      await report.join();
      let batch: RowOutcome[] = [];
      for await (const outcome of report.kept()) {
        batch.push(asLeft(progress, sources[index], status, outcome));
        if (batch.length < OUTCOMES_PER_STATEMENT) continue;
        await this.keep(trx, batch, started, index);
        batch = [];
      }
      await this.keep(trx, batch, started, index);
    }
    const unindexed = await progress.lookups.problems(trx);
    for (const problem of unindexed) this.warn?.(problem, started.id);
    await finishRun(
      trx,
      dialect,
      started,
      {
        status,
        problems: [...progress.readers.flatMap(({ columnProblems }) => columnProblems), ...unindexed],
        problemGroups: progress.groups.list(),
        sources: sourceSystems(started, sources, ids).map((source, index) => ({
          ...source,
          // Those of a run that did not come to its end are recorded chunk by chunk.
          counts: isUnfinished(status) ? null : countsOf(progress, index),
        })),
      },
      now(),
    );
  }

  private result(
    progress: Progress,
    sources: readonly PreparedSource[],
    started: StartedRun,
    status: RunStatus,
  ): SyncResult {
    return {
      runId: started.id,
      status,
      outcomes: progress.reports.map(({ outcomes }, index) =>
        outcomes.map((outcome) => asLeft(progress, sources[index], status, outcome)),
      ),
    };
  }

  private async discard({ reports }: Progress): Promise<void> {
    for (const report of reports) await report.remove();
  }
}

/** The counts of a source's rows, with the warnings about its columns (R16). */
function countsOf({ reports, readers }: Progress, index: number): RunCounts {
  const counts = reports[index]?.counts ?? noCounts();
  return { ...counts, warnings: counts.warnings + (readers[index]?.columnProblems.length ?? 0) };
}

type Unfinished = Extract<RunStatus, 'CANCELLED' | 'INTERRUPTED'>;

/** How a run ends that an error stops. */
const abandoned = (error: unknown): Unfinished =>
  error instanceof CallError && error.code === 'CANCELLED' ? 'CANCELLED' : 'INTERRUPTED';

const isUnfinished = (status: RunStatus): boolean => status === 'CANCELLED' || status === 'INTERRUPTED';

/** Each source of a run with its system. */
const sourceSystems = (
  { sourceIds }: StartedRun,
  sources: readonly PreparedSource[],
  ids: ReadonlyMap<string, number>,
): { id: string; systemId: number | null }[] =>
  sources.map(({ system }, index) => ({ id: sourceIds[index] ?? '', systemId: ids.get(system) ?? null }));

/** An outcome as the run leaves it: of a run that is undone it names no object that the run has created (R42, R43). */
function asLeft(
  { created, isDryRun }: Progress,
  source: PreparedSource | undefined,
  status: RunStatus,
  outcome: RowOutcome,
): RowOutcome {
  const isUndone = isDryRun || status === 'ROLLED_BACK';
  return isUndone && created && source ? created.withoutThem(source.model, outcome) : outcome;
}
