/** A client for services: typed operations over fetch, without dependencies. */
import type {
  DeleteExternalSystemMutation,
  ExternalKeyMappingFilter,
  ExternalKeyMappingsQuery,
  ExternalSystemsQuery,
  LimitsQuery,
  ModelsQuery,
  OutcomeFragment,
  PruneRunsInput,
  PruneRunsMutation,
  RunFragment,
  RunsQuery,
  RunStatus,
  SaveExternalSystemInput,
  SaveExternalSystemMutation,
  SyncedObjectsQuery,
  SyncOptionsInput,
  TouchedObjectFragment,
  ViewerQuery,
} from '../../schema/operations/generated';
import { type CallLimits, inOneCall, rowsOfCalls } from './calls';
import { NsyncError } from './error';
import { callKey } from './idempotencyKey';
import type { Operation } from './operation';
import * as operations from './operations';
import type {
  NsyncClientOptions,
  OutcomeFilter,
  Page,
  SyncCsvFilesRequest,
  SyncCsvRequest,
  SyncRowsRequest,
  WatchOptions,
} from './requests';
import { PartialSyncError, type SyncRowsResult } from './results';
import {
  check,
  checkInput,
  CLIENT_OPTIONS,
  DELETE_SYSTEM,
  ID,
  MAPPING_FILTER,
  NAME,
  OBJECTS_PAGE,
  OUTCOME_FILTER,
  PAGE as PAGE_SHAPE,
  PRUNE_RUNS,
  RUNS_FILTER,
  SAVE_SYSTEM,
  SYNC_CSV,
  SYNC_CSV_FILES,
  SYNC_ROWS,
  WATCH_OPTIONS,
} from './shapes';
import { type Repeatable, Transport } from './transport';
import { isRepeatable, multipartBody, type Upload } from './upload';

const PAGE = 50;
const OUTCOMES_PAGE = 1000;
/** Bytes for the text of the operation, and for the JSON around its variables. */
const ENVELOPE_BYTES = 10_000;

const asUpload = (file: Upload | File): Upload => ('content' in file ? file : { name: file.name, content: file });

/** The option that does not work over several calls; null if there is none. */
function onlyInOneCall({ onError = 'ROLLBACK', order, dryRun }: SyncOptionsInput): string | null {
  if (onError === 'ROLLBACK') return 'onError "ROLLBACK"';
  if (order) return 'order';
  return dryRun ? 'dryRun' : null;
}

export class NsyncClient {
  private readonly transport: Transport;
  private readonly retrySyncs: boolean;
  private known: Promise<LimitsQuery['limits']> | null = null;

  /** Throws NsyncError with BAD_USER_INPUT, as all methods do for wrong arguments. */
  constructor(options: NsyncClientOptions | string | URL) {
    const given = typeof options === 'string' || options instanceof URL ? { url: options } : options;
    checkInput('new NsyncClient()', CLIENT_OPTIONS, given);
    this.transport = new Transport(given);
    this.retrySyncs = given.retrySyncs ?? true;
  }

  /**
   * Syncs rows. If `onError` is "CONTINUE", rows that do not fit into one call are sent in several calls, one after another. Otherwise they are
   * refused with TOO_MANY_ROWS before anything is sent.
   */
  async syncRows(request: SyncRowsRequest): Promise<SyncRowsResult> {
    checkInput('client.syncRows()', SYNC_ROWS, request);
    const { rows, idempotencyKey, ...rest } = request;
    const runs: RunFragment[] = [];
    const outcomes: OutcomeFragment[] = [];
    const bytes = ENVELOPE_BYTES + new TextEncoder().encode(JSON.stringify(rest)).length;
    const calls = rowsOfCalls(rows, await this.callLimits(), bytes);
    const why = onlyInOneCall(rest.options ?? {});
    for await (const call of why ? inOneCall(calls, why) : calls) {
      try {
        const key = callKey(idempotencyKey, runs.length);
        const variables = { input: { ...rest, idempotencyKey: key, rows: [...call] } };
        const { syncRows } = await this.transport.send(operations.SyncRows, variables, this.repeatable(rest.options));
        const before = outcomes.length;
        runs.push(syncRows.run);
        for (const outcome of syncRows.outcomes) outcomes.push({ ...outcome, row: before + outcome.row });
      } catch (error) {
        throw error instanceof NsyncError && runs.length > 0 ? new PartialSyncError(error, { runs, outcomes }) : error;
      }
    }
    return { runs, outcomes };
  }

  /** Syncs a CSV file, given as text (`csv`) or as an upload (`file`). */
  async syncCsv(request: SyncCsvRequest): Promise<RunFragment> {
    checkInput('client.syncCsv()', SYNC_CSV, request);
    const { file, ...input } = request;
    const files = file ? [{ place: 'variables.input.file', upload: asUpload(file) }] : [];
    const idempotencyKey = callKey(input.idempotencyKey);
    const variables = { input: { ...input, idempotencyKey, file: null } };
    return (await this.sendFiles(operations.SyncCsv, variables, input.options, files)).syncCsv.run;
  }

  /** Syncs several CSV files in one run. */
  async syncCsvFiles(request: SyncCsvFilesRequest): Promise<RunFragment> {
    checkInput('client.syncCsvFiles()', SYNC_CSV_FILES, request);
    const { files, ...input } = request;
    const uploads = files.flatMap(({ file }, index) =>
      file ? [{ place: `variables.input.files.${index}.file`, upload: asUpload(file) }] : [],
    );
    const idempotencyKey = callKey(input.idempotencyKey);
    const variables = { input: { ...input, idempotencyKey, files: files.map((file) => ({ ...file, file: null })) } };
    return (await this.sendFiles(operations.SyncCsvFiles, variables, input.options, uploads)).syncCsvFiles.run;
  }

  /** Returns a run by its id; null if no run has the id. */
  async run(id: string): Promise<RunFragment | null> {
    check('run', ['id', ID, id]);
    return (await this.query(operations.Run, { id, first: 0 })).run;
  }

  /**
   * Watches a run: yields it now, after each change, and when it has finished, and then ends. Connects again after a lost connection. The signal ends
   * the watching with its reason; the run is not affected. Throws NsyncError with RUN_NOT_FOUND.
   */
  async *watchRun(id: string, options: WatchOptions = {}): AsyncGenerator<RunFragment> {
    check('watchRun', ['id', ID, id], ['options', WATCH_OPTIONS, options]);
    let known = '';
    for await (const { runProgress } of this.transport.stream(operations.WatchRun, { id }, options.signal)) {
      const text = JSON.stringify(runProgress);
      // A server sends the current state when the client connects again.
      if (text !== known) yield runProgress;
      known = text;
    }
  }

  /** Stops a run between two chunks. Throws NsyncError with RUN_NOT_FOUND or RUN_ALREADY_FINISHED. */
  async cancelRun(id: string): Promise<RunFragment> {
    check('cancelRun', ['id', ID, id]);
    return (await this.transport.send(operations.CancelRun, { input: { id } }, 'unsent')).cancelRun.run;
  }

  /** Removes runs that finished before a time, with their outcomes. */
  async pruneRuns(input: PruneRunsInput): Promise<PruneRunsMutation['pruneRuns']> {
    checkInput('client.pruneRuns()', PRUNE_RUNS, input);
    return (await this.transport.send(operations.PruneRuns, { input }, 'always')).pruneRuns;
  }

  /** Streams the recorded outcomes of a run: those of rows that changed something or have a problem. */
  async *outcomes(runId: string, filter: OutcomeFilter = {}): AsyncGenerator<OutcomeFragment> {
    check('outcomes', ['runId', ID, runId], ['filter', OUTCOME_FILTER, filter]);
    const { pageSize } = await this.limits();
    const first = pageSize > 0 ? Math.min(pageSize, OUTCOMES_PAGE) : OUTCOMES_PAGE;
    for (let after: string | null = null; ;) {
      const { run }: Awaited<ReturnType<typeof this.outcomesPage>> = await this.outcomesPage(
        runId,
        filter,
        first,
        after,
      );
      if (!run) return;
      yield* run.outcomes.nodes;
      if (!run.outcomes.pageInfo.hasNextPage) return;
      after = run.outcomes.pageInfo.endCursor;
    }
  }

  /** Lists runs, newest first. */
  async runs(
    filter: { readonly system?: string; readonly statuses?: RunStatus[] } & Page = {},
  ): Promise<RunsQuery['runs']> {
    check('runs', ['filter', RUNS_FILTER, filter]);
    return (await this.query(operations.Runs, { ...filter, first: filter.first ?? PAGE })).runs;
  }

  /** Returns who the client is, and what it may do. */
  async viewer(): Promise<ViewerQuery['viewer']> {
    return (await this.query(operations.Viewer, {})).viewer;
  }

  async models(): Promise<ModelsQuery['models']> {
    return (await this.query(operations.Models, {})).models;
  }

  /** Returns the server's limits. 0 means no limit. Queries the server once. */
  async limits(): Promise<LimitsQuery['limits']> {
    if (!this.known) {
      this.known = this.query(operations.Limits, {}).then(({ limits }) => limits);
      // The next call queries the limits again after a failure.
      this.known.catch(() => (this.known = null));
    }
    return this.known;
  }

  async externalSystems(page: Page = {}): Promise<ExternalSystemsQuery['externalSystems']> {
    check('externalSystems', ['page', PAGE_SHAPE, page]);
    return (await this.query(operations.ExternalSystems, { ...page, first: page.first ?? PAGE })).externalSystems;
  }

  /** Creates an external system, or changes the one with this name. */
  async saveExternalSystem(input: SaveExternalSystemInput): Promise<SaveExternalSystemMutation['saveExternalSystem']> {
    checkInput('client.saveExternalSystem()', SAVE_SYSTEM, input);
    return (await this.transport.send(operations.SaveExternalSystem, { input }, 'unsent')).saveExternalSystem;
  }

  async deleteExternalSystem(
    name: string,
    options: { readonly deleteMappings?: boolean } = {},
  ): Promise<DeleteExternalSystemMutation['deleteExternalSystem']> {
    check('deleteExternalSystem', ['name', NAME, name], ['options', DELETE_SYSTEM, options]);
    const variables = { input: { name, deleteMappings: options.deleteMappings ?? false } };
    return (await this.transport.send(operations.DeleteExternalSystem, variables, 'unsent')).deleteExternalSystem;
  }

  async externalKeyMappings(
    filter: ExternalKeyMappingFilter = {},
    page: Page = {},
  ): Promise<ExternalKeyMappingsQuery['externalKeyMappings']> {
    check('externalKeyMappings', ['filter', MAPPING_FILTER, filter], ['page', PAGE_SHAPE, page]);
    const variables = { filter, ...page, first: page.first ?? PAGE };
    return (await this.query(operations.ExternalKeyMappings, variables)).externalKeyMappings;
  }

  /** Returns an object by its id, with the systems that know it; null if there is none. */
  async object(model: string, id: string): Promise<TouchedObjectFragment | null> {
    check('object', ['model', NAME, model], ['id', ID, id]);
    return (await this.query(operations.SyncedObject, { model, id })).object;
  }

  async objects(
    model: string,
    filter: { readonly where?: Record<string, unknown> } & Page = {},
  ): Promise<SyncedObjectsQuery['objects']> {
    check('objects', ['model', NAME, model], ['filter', OBJECTS_PAGE, filter]);
    const { where, ...page } = filter;
    return (await this.query(operations.SyncedObjects, { model, where, ...page, first: page.first ?? PAGE })).objects;
  }

  private query<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data> {
    return this.transport.send(operation, variables, 'always');
  }

  private outcomesPage(id: string, filter: OutcomeFilter, first: number, after: string | null) {
    return this.query(operations.Run, { id, first, after, ...filter });
  }

  private async callLimits(): Promise<CallLimits> {
    return this.limits();
  }

  /** A repeated sync has the same idempotency key, so the server does not run it again (R49). A dry run can always be repeated. */
  private repeatable(options: SyncOptionsInput | null | undefined): Repeatable {
    return this.retrySyncs || options?.dryRun ? 'always' : 'unsent';
  }

  private sendFiles<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    options: SyncOptionsInput | null | undefined,
    files: readonly { readonly place: string; readonly upload: Upload }[],
  ): Promise<Data> {
    const repeatable = this.repeatable(options);
    if (files.length === 0) return this.transport.send(operation, variables, repeatable);
    const canRepeat = files.every(({ upload }) => isRepeatable(upload));
    return this.transport.send(operation, variables, canRepeat ? repeatable : 'never', (text) =>
      multipartBody(text, files),
    );
  }
}
