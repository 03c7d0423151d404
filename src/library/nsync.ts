/** nsync in an application: on its database, with its models. */
import type { GraphQLSchema } from 'graphql';
import { argumentProblem, described, type Given, inputProblem } from '../arguments';
import { DEFAULT_LIMITS, makeServices, type Services } from '../api';
import { BOUNDS } from '../bounds';
import { type Database, isKnex, migrateUp, openDatabase, shareDatabase } from '../database';
import { CallError } from '../errors';
import { extended } from '../extended';
import { RUNS_AT_ONCE, Worker } from '../jobs';
import { ALL_TABLES, exportedModels, type Model, type ModelCatalog, readCatalog, readDatabaseModels } from '../models';
import {
  type AuditAction,
  cancelRun,
  LEASE_SECONDS,
  type Pruned,
  type PruneOptions,
  pruneRuns,
  type OutcomeFilter,
  recordAudit,
  type RowOutcome,
  RunRecords,
  RUNS_TABLE,
  startUpkeep,
} from '../records';
import { makeSchemaParts, type Resolvers } from './graphql';
import type { NsyncOptions } from './nsyncOptions';
import { readOptions, type RunOptions } from './options';
import { type OpenSource, openRows } from './rows';
import { readOutcomes, readRun, type SyncRun, syncRun } from './runs';
import {
  NSYNC_OPTIONS,
  OUTCOME_FILTER,
  PRUNE_OPTIONS,
  refuse,
  RUN_ID,
  RUN_OPTIONS,
  SOURCES,
  SYNC_INPUT,
} from './shapes';
import type { SyncRowSource } from './syncRows';

export interface SyncInput extends SyncRowSource, RunOptions {}

export interface SyncReport {
  readonly run: SyncRun;
  /** The outcomes of all rows, in row order. Empty if `wantOutcomes` is false. */
  readonly outcomes: readonly RowOutcome[];
}

export interface SyncAllReport {
  readonly run: SyncRun;
  /** The outcomes of each source. */
  readonly outcomes: readonly (readonly RowOutcome[])[];
}

export interface Nsync {
  /** Syncs rows in one run. A row's failure is in its outcome. Throws CallError if the run cannot start. */
  sync(input: SyncInput): Promise<SyncReport>;
  /** Syncs rows of several systems or models in one run, source by source in each pass. */
  syncAll(sources: readonly SyncRowSource[], options?: RunOptions): Promise<SyncAllReport>;
  /** Returns a run by its id; null if no run has the id. */
  run(id: string): Promise<SyncRun | null>;
  /**
   * Stops a run between two chunks, in any process. With `onError: 'ROLLBACK'` nothing of the run is stored; with `'CONTINUE'` the committed chunks
   * stay. Throws CallError with RUN_NOT_FOUND or RUN_ALREADY_FINISHED.
   */
  cancelRun(id: string): Promise<void>;
  /** Removes runs that finished before a time, with their outcomes, in small batches. Never changes mappings. */
  pruneRuns(input: Partial<PruneOptions> & Pick<PruneOptions, 'finishedBefore'>): Promise<Pruned>;
  /** Streams the recorded outcomes of a run: those of rows that changed something or have a problem. */
  outcomes(runId: string, filter?: OutcomeFilter): AsyncIterable<RowOutcome>;
  /** The API as an executable schema with any context, to serve or to stitch into another schema. */
  readonly schema: GraphQLSchema;
  /** The schema in parts, for `makeExecutableSchema` and Apollo Server. */
  readonly typeDefs: string;
  readonly resolvers: Resolvers;
  /** Creates a context for one request, for callers that execute the schema themselves. */
  context(): object;
  /** Creates or migrates nsync's own tables. Returns the names of the migrations that ran. */
  migrate(): Promise<readonly string[]>;
  /** Closes nsync's own connections only. */
  close(): Promise<void>;
}

function open({ knex, database }: NsyncOptions): Database {
  if ((knex === undefined) === (database === undefined))
    throw new Error(
      `createNsync(): give either knex, a knex instance, or database, a URL. ${knex === undefined ? 'Neither is' : 'Both are'} given.`,
    );
  if (database !== undefined) return openDatabase(database);
  if (!isKnex(knex))
    throw new Error(
      `createNsync(): knex must be a knex instance, as knex({ client, connection }) returns it, not ${described(knex)}.`,
    );
  return shareDatabase(knex);
}

/** Returns a function that reads the models, now and when they are reloaded. */
function modelReader(database: Database, { models, textColumns }: NsyncOptions): () => Promise<ModelCatalog> {
  if (models === undefined) return () => readDatabaseModels(database, ALL_TABLES, textColumns);
  const classes = classesOf(models);
  return () => readCatalog(database, classes, textColumns);
}

function classesOf(models: NonNullable<NsyncOptions['models']>): Model['objection'][] {
  try {
    return exportedModels({ models });
  } catch {
    throw new Error('createNsync(): models contains no Objection class with a tableName.');
  }
}

/** Does work with the opened rows of all sources, and then removes their files. */
async function withRows<T>(
  sources: readonly SyncRowSource[],
  catalog: ModelCatalog,
  work: (opened: readonly OpenSource['source'][]) => Promise<T>,
): Promise<T> {
  const opened: OpenSource[] = [];
  try {
    for (const source of sources) opened.push(await openRows(source, catalog.get(source.model)));
    return await work(opened.map(({ source }) => source));
  } finally {
    for (const source of opened) await source.remove();
  }
}

const check = (name: string, ...given: readonly Given[]): void => refuse(argumentProblem(`nsync.${name}()`, ...given));

/** The methods that sync rows and read runs. */
function syncMethods(services: Services, runs: RunRecords): Pick<Nsync, 'sync' | 'syncAll' | 'run' | 'outcomes'> {
  const run = async (
    sources: readonly SyncRowSource[],
    request: ReturnType<typeof readOptions>,
  ): Promise<SyncAllReport> => {
    // A run uses the same models to its end, even if they are reloaded.
    const { catalog, engine } = services;
    for (const source of sources) catalog.get(source.model);
    return withRows(sources, catalog, async (opened) => {
      const { runId, outcomes, replayed, record } = await engine.run(extended(request, { sources: opened }));
      if (record) return { run: syncRun(record.run, record.sources, replayed), outcomes };
      const finished = await readRun(runs, runId);
      if (!finished) throw new Error(`run ${runId} was not kept`);
      return { run: extended(finished, { replayed }), outcomes };
    });
  };
  return {
    async sync(input) {
      refuse(inputProblem('nsync.sync()', SYNC_INPUT, input));
      const report = await run([input], readOptions(input));
      return { run: report.run, outcomes: report.outcomes[0] ?? [] };
    },
    async syncAll(sources, given = {}) {
      check('syncAll', ['sources', SOURCES, sources], ['options', RUN_OPTIONS, given]);
      if (sources.length > BOUNDS.filesPerCall)
        throw new CallError(
          'TOO_MANY_FILES',
          `The call has ${sources.length} sources, more than the limit of ${BOUNDS.filesPerCall}. Sync them in several calls.`,
        );
      return run(sources, readOptions(given));
    },
    async run(id) {
      check('run', ['id', RUN_ID, id]);
      return readRun(runs, id);
    },
    outcomes(runId, filter = {}) {
      check('outcomes', ['runId', RUN_ID, runId], ['filter', OUTCOME_FILTER, filter]);
      return readOutcomes(services.database, runId, filter);
    },
  };
}

/** Methods that are recorded in the audit log, without an actor, because the application itself calls them. */
function auditedMethods({ database, engine: { active } }: Services): Pick<Nsync, 'cancelRun' | 'pruneRuns'> {
  const audit = (
    action: AuditAction,
    subject: string | null,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> => recordAudit(database, { actor: null, action, subject, details, requestId: null }, new Date());
  return {
    async cancelRun(id) {
      check('cancelRun', ['id', RUN_ID, id]);
      await cancelRun(database, active, id);
      await audit('CANCEL_RUN', id, {});
    },
    async pruneRuns(input) {
      refuse(inputProblem('nsync.pruneRuns()', PRUNE_OPTIONS, input));
      const { finishedBefore, keepLastTouch = true } = input;
      const pruned = await pruneRuns(database, { finishedBefore, keepLastTouch });
      await audit('PRUNE_RUNS', null, { finishedBefore: finishedBefore.toISOString(), keepLastTouch, ...pruned });
      return pruned;
    },
  };
}

/** Starts the upkeep of records, and the work on runs that clients of the schema queue. */
function startWork(services: Services): { stop(): Promise<void> } {
  const { database, events } = services;
  const worker = new Worker(services, {
    runsAtOnce: RUNS_AT_ONCE,
    leaseSeconds: LEASE_SECONDS,
    observerOf: () => undefined,
    onFailure: () => undefined,
    onReturned: () => undefined,
  });
  const wake = (): void => worker.wake();
  events.on('queued', wake);
  const upkeep = startUpkeep(database, { onReturned: wake });
  return {
    stop: async () => {
      await Promise.all([upkeep.stop(), worker.stop()]);
    },
  };
}

async function start(database: Database, options: NsyncOptions): Promise<Nsync> {
  const readModels = modelReader(database, options);
  if (options.migrate !== false) await migrateUp(database);
  const hasTables = options.migrate !== false || (await database.knex.schema.hasTable(RUNS_TABLE));
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const services = await makeServices(database, limits, readModels);
  const parts = await makeSchemaParts(services, options.authorize);
  const runs = new RunRecords(database, services.engine.active);
  const work = hasTables ? startWork(services) : null;
  return {
    ...parts,
    ...syncMethods(services, runs),
    ...auditedMethods(services),
    migrate: () => migrateUp(database),
    close: async () => {
      await work?.stop();
      await database.close();
    },
  };
}

/** Starts nsync on a database. Throws an Error with a one-line message if the options or the database are not usable. */
export async function createNsync(options: NsyncOptions): Promise<Nsync> {
  refuse(inputProblem('createNsync()', NSYNC_OPTIONS, options));
  const database = open(options);
  try {
    return await start(database, options);
  } catch (error) {
    await database.close();
    throw error;
  }
}
