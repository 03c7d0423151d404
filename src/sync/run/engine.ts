/** One call is one run (R40–R44): passes, transactions, locks, retries, and the run's record. */
import type { Knex } from 'knex';
import { committing, type Database, retrying } from '../../database';
import { CallError, outOfDate } from '../../errors';
import type { Model, ModelCatalog } from '../../models';
import { nearest } from '../../nearest';
import {
  ensureLockRows,
  ensureSystem,
  finishRun,
  insertOutcomes,
  interruptRun,
  isKept,
  keptOutcomes,
  lockModels,
  noCounts,
  noteChunk,
  noteSystems,
  type RowOutcome,
  type RunStatus,
  runState,
  type StartedRun,
  startRun,
  systemIds,
  systemName,
} from '../../records';
import type { Instruction } from '../read/instruction';
import { RowReader } from '../read/reader';
import type { RowAction, SyncRequest, SyncSource } from '../request';
import { CHUNK_SIZE, type ChunkContext, processRows } from './chunks';
import { inPass } from './inPass';
import { lockedModels } from './lockedModels';
import { ProblemGroups } from './problemGroups';
import { readPlannedOutcome, SourceReport } from './report';
import { RunQueue } from './runQueue';

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

interface Progress {
  readonly readers: readonly RowReader[];
  readonly reports: readonly SourceReport[];
  readonly groups: ProblemGroups;
}

interface PassContext extends Pick<ChunkContext, 'systemIds' | 'atomically' | 'reader' | 'readAhead'> {
  /** Writes a chunk's outcomes, in its own transaction or in the whole run's. */
  readonly keep: (chunk: Knex.Transaction, write: (trx: Knex.Transaction) => Promise<void>) => Promise<void>;
}

const OUTCOMES_PER_STATEMENT = 1000;

/** Ends a transaction whose work must not stay. */
class RollBack extends Error {}

const now = (): string => new Date().toISOString();

async function* readInstructions(
  source: SyncSource,
  reader: RowReader,
  order: readonly RowAction[] | null,
  pass: number,
): AsyncGenerator<readonly Instruction[]> {
  for await (const rows of source.batches()) yield rows.flatMap((row) => inPass(reader.read(row), order, pass) ?? []);
}

export class SyncEngine {
  private readonly queue: RunQueue;
  private readonly chunkSize: number;

  constructor(
    private readonly database: Database,
    private readonly catalog: ModelCatalog,
    { chunkSize = CHUNK_SIZE, queue = new RunQueue() }: { readonly chunkSize?: number; readonly queue?: RunQueue } = {},
  ) {
    this.chunkSize = chunkSize;
    this.queue = queue;
  }

  /** An engine for other models; runs of both wait for each other where they must. */
  withCatalog(catalog: ModelCatalog): SyncEngine {
    return new SyncEngine(this.database, catalog, { chunkSize: this.chunkSize, queue: this.queue });
  }

  /** Runs a request; throws CallError where it cannot start. What goes wrong with a row is in its outcome. */
  async run(request: SyncRequest): Promise<SyncResult> {
    const sources = await this.prepare(request);
    const { knex, dialect } = this.database;
    const models = lockedModels(this.catalog, request.sources);
    await retrying(dialect, () => ensureLockRows(knex, models));
    const run = {
      dryRun: request.options.dryRun,
      sources: sources.map(({ system, model, source }) => ({
        systemName: system,
        model: model.name,
        file: source.file,
      })),
    };
    const started = await startRun(this.database, run, now());
    try {
      return await this.queue.run(models, () => this.execute(request, sources, models, started));
    } catch (error) {
      await retrying(dialect, () => interruptRun(knex, dialect, started.id, now())).catch(() => undefined);
      const failure = dialect.explainFailure(error);
      throw failure?.kind === 'outdated' ? outOfDate(failure.missing) : error;
    }
  }

  private async prepare({ sources, options }: SyncRequest): Promise<PreparedSource[]> {
    const { order } = options;
    if (order && (order.length !== 3 || new Set(order).size !== 3))
      throw new CallError('BAD_USER_INPUT', 'order needs CREATE, UPDATE and DELETE, each once.');
    const prepared = sources.map((source) => ({
      source,
      system: systemName(source.system),
      model: this.catalog.get(source.model),
    }));
    if (!options.createExternalSystem) {
      const known = await retrying(this.database.dialect, () => systemIds(this.database.reader));
      for (const { system } of prepared) {
        if (known.has(system)) continue;
        const near = nearest(system, known.keys());
        throw new CallError(
          'UNKNOWN_EXTERNAL_SYSTEM',
          `There is no external system "${system}"${near ? `: did you mean "${near}"?` : '.'}`,
        );
      }
    }
    return prepared;
  }

  private async execute(
    request: SyncRequest,
    sources: readonly PreparedSource[],
    models: readonly string[],
    started: StartedRun,
  ): Promise<SyncResult> {
    const { onError, dryRun } = request.options;
    const wholly = onError === 'ROLLBACK' || dryRun;
    const work = wholly ? this.inOneTransaction.bind(this) : this.chunkByChunk.bind(this);
    return work(request, sources, models, started);
  }

  private newProgress({ sources, options, wantOutcomes }: SyncRequest, prepared: readonly PreparedSource[]): Progress {
    const groups = new ProblemGroups();
    return {
      groups,
      readers: prepared.map(({ model, source }) => new RowReader(model, source.text)),
      reports: sources.map(
        ({ file }) => new SourceReport(file, groups, { order: options.order, wantAll: wantOutcomes }),
      ),
    };
  }

  /** ROLLBACK and dry runs: all or nothing. */
  private async inOneTransaction(
    request: SyncRequest,
    sources: readonly PreparedSource[],
    models: readonly string[],
    started: StartedRun,
  ): Promise<SyncResult> {
    const { dialect } = this.database;
    const { dryRun, onError } = request.options;
    let progress = this.newProgress(request, sources);
    let status: RunStatus = 'COMPLETED';
    const work = async (trx: Knex.Transaction): Promise<void> => {
      await this.discard(progress);
      progress = this.newProgress(request, sources);
      status = 'COMPLETED';
      await dialect.beginSync(trx);
      await lockModels(trx, models);
      // The database keeps a chunk's outcomes while the next one is read and planned.
      let keeping = Promise.resolve();
      await this.passes(request, sources, started, progress, {
        systemIds: await this.ensureSystems(trx, sources),
        atomically: (chunk) => trx.transaction(chunk),
        reader: trx,
        readAhead: trx,
        keep: async (_chunk, write) => {
          await keeping;
          keeping = write(trx);
          keeping.catch(() => undefined);
        },
      });
      await keeping;
      const failures = progress.reports.some(({ counts }) => counts.failed > 0);
      if (failures) status = onError === 'ROLLBACK' ? 'ROLLED_BACK' : 'COMPLETED_WITH_FAILURES';
      if (dryRun || status === 'ROLLED_BACK') {
        for (const [index, report] of progress.reports.entries())
          await report.takeBack(keptOutcomes(trx, started.sourceIds[index] ?? ''));
        throw new RollBack();
      }
      await this.record(trx, progress, sources, started, status);
    };
    try {
      try {
        await committing(this.database, work, () => this.hasEnded(started));
      } catch (error) {
        if (!(error instanceof RollBack)) throw error;
        await this.recordAlone(progress, sources, started, status);
      }
      return this.result(progress, started, status);
    } finally {
      await this.discard(progress);
    }
  }

  private async hasEnded({ id }: StartedRun): Promise<boolean> {
    return (await runState(this.database.knex, id))?.status !== 'RUNNING';
  }

  /** CONTINUE: each chunk stays once it is done; the models stay locked for the whole run. */
  private async chunkByChunk(
    request: SyncRequest,
    sources: readonly PreparedSource[],
    models: readonly string[],
    started: StartedRun,
  ): Promise<SyncResult> {
    const { knex, dialect } = this.database;
    const progress = this.newProgress(request, sources);
    let committed = 0;
    const atomically = async <T>(chunk: (trx: Knex.Transaction) => Promise<T>): Promise<T> => {
      const work = async (trx: Knex.Transaction): Promise<T> => {
        await dialect.beginSync(trx);
        const result = await chunk(trx);
        await noteChunk(trx, started.id, committed + 1);
        return result;
      };
      const isCommitted = async (): Promise<boolean> =>
        (await runState(knex, started.id))?.committedChunks === committed + 1;
      const result = await committing(this.database, work, isCommitted);
      committed += 1;
      return result;
    };
    try {
      await this.holdingLocks(models, async () => {
        const ids = await retrying(dialect, () => this.ensureSystems(knex, sources));
        await retrying(dialect, () => noteSystems(knex, sourceSystems(started, sources, ids)));
        await this.passes(request, sources, started, progress, {
          systemIds: ids,
          atomically,
          reader: this.database.reader,
          readAhead: null,
          keep: (chunk, write) => write(chunk),
        });
      });
      const status = progress.reports.some(({ counts }) => counts.failed > 0) ? 'COMPLETED_WITH_FAILURES' : 'COMPLETED';
      await this.recordAlone(progress, sources, started, status);
      return this.result(progress, started, status);
    } finally {
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
    const work = (trx: Knex.Transaction): Promise<void> => this.record(trx, progress, sources, started, status);
    await committing(this.database, work, () => this.hasEnded(started));
  }

  private async ensureSystems(knex: Knex, sources: readonly PreparedSource[]): Promise<Map<string, number>> {
    for (const { system } of sources) await ensureSystem(knex, this.database.dialect, system, now());
    return systemIds(knex);
  }

  /** Locks on a connection of their own. */
  private async holdingLocks(models: readonly string[], work: () => Promise<void>): Promise<void> {
    const { knex, dialect } = this.database;
    if (!dialect.locksRows) return work();
    const locks = await retrying(dialect, async () => {
      const trx = await knex.transaction();
      try {
        await lockModels(trx, models);
        return trx;
      } catch (error) {
        await trx.rollback().catch(() => undefined);
        throw error;
      }
    });
    try {
      await work();
    } finally {
      await locks.rollback().catch(() => undefined);
    }
  }

  private async passes(
    { options }: SyncRequest,
    sources: readonly PreparedSource[],
    started: StartedRun,
    progress: Progress,
    { systemIds: ids, atomically, reader, readAhead, keep }: PassContext,
  ): Promise<void> {
    const { database, catalog, chunkSize } = this;
    for (let pass = 0; pass < (options.order?.length ?? 1); pass += 1) {
      for (const [index, { source, model, system }] of sources.entries()) {
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
          chunkSize,
          atomically,
          reader,
          readAhead,
          // Of several passes the outcomes are known when all are done.
          record: async (trx, planned) => {
            if (options.order) return;
            const kept = planned.filter(isKept).map(readPlannedOutcome);
            if (kept.length > 0) await keep(trx, (within) => this.keep(within, kept, started, index));
          },
        };
        for await (const outcomes of processRows(context, readInstructions(source, rows, options.order, pass)))
          await report.add(pass, outcomes);
      }
    }
    for (const report of progress.reports) await report.join();
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
  ): Promise<void> {
    const { dialect } = this.database;
    for (const [index, report] of progress.reports.entries()) {
      let batch: RowOutcome[] = [];
      for await (const outcome of report.kept()) {
        batch.push(withoutUnkeptId(outcome, status));
        if (batch.length < OUTCOMES_PER_STATEMENT) continue;
        await this.keep(trx, batch, started, index);
        batch = [];
      }
      await this.keep(trx, batch, started, index);
    }
    const ids = await systemIds(trx);
    await finishRun(
      trx,
      dialect,
      started.id,
      {
        status,
        problems: progress.readers.flatMap(({ columnProblems }) => columnProblems),
        problemGroups: progress.groups.list(),
        sources: sourceSystems(started, sources, ids).map((source, index) => ({
          ...source,
          counts: progress.reports[index]?.counts ?? noCounts(),
        })),
      },
      now(),
    );
  }

  private result(progress: Progress, started: StartedRun, status: RunStatus): SyncResult {
    return {
      runId: started.id,
      status,
      outcomes: progress.reports.map(({ outcomes }) => outcomes.map((outcome) => withoutUnkeptId(outcome, status))),
    };
  }

  private async discard({ reports }: Progress): Promise<void> {
    for (const report of reports) await report.remove();
  }
}

/** Each source of a run with its system. */
const sourceSystems = (
  { sourceIds }: StartedRun,
  sources: readonly PreparedSource[],
  ids: ReadonlyMap<string, number>,
): { id: string; systemId: number | null }[] =>
  sources.map(({ system }, index) => ({ id: sourceIds[index] ?? '', systemId: ids.get(system) ?? null }));

/** An object that a rolled back run had created has no id. */
const withoutUnkeptId = (outcome: RowOutcome, status: RunStatus): RowOutcome =>
  status === 'ROLLED_BACK' && outcome.status === 'CREATED' ? { ...outcome, objectId: null } : outcome;
