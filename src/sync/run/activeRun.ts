/** A run under way. It reports its progress in this process and in the database, and learns when to stop (R47). */
import type { Knex } from 'knex';
import { type Database, type Dialect, transientOutage } from '../../database';
import { CallError } from '../../errors';
import { onAbort } from '../../onAbort';
import { Roster } from '../../roster';
import {
  assertOwn,
  beginReporting,
  endReporting,
  isCancelRequested,
  type LiveRun,
  type LiveRuns,
  reportAgain,
  type RunCounts,
  type RunPhase,
  type RunReport,
  type StartedRun,
  takenAway,
} from '../../records';
import type { RunWatcher } from '../observer';
import type { SyncRequest } from '../request';
import type { RunIdentity } from './runIdentity';

const BETWEEN_REPORTS = 1000;
const REPORTS_PER_LEASE = 4;
/** A process that has not reported for so large a part of its lease checks before a commit that the run still belongs to it. */
const LATE = 0.4;
/** Reports between two queries in idle transactions, which the database would otherwise end. */
const REPORTS_PER_SIGN = 10;

/** Returns how many rows are done. */
interface Counted {
  readonly countsSoFar: RunCounts;
}

/** Thrown to stop a queued run that another process will continue. */
export class HandedBack extends Error {}

/** Whether a process that stops with an error leaves a queued run to another process. */
export const mayReturn = (dialect: Dialect, error: unknown): boolean =>
  error instanceof HandedBack ||
  (error instanceof CallError && error.code === 'RUN_INTERRUPTED') ||
  transientOutage(dialect, error) !== null;

type Request = Pick<SyncRequest, 'signal' | 'requestId'> & {
  readonly commitsChunks: boolean;
  /** Whether another process can continue the run. */
  readonly isQueued: boolean;
  readonly leaseSeconds: number;
  readonly watcher: RunWatcher;
  /** Ends once the run has its models. */
  readonly limit: { end(): void };
};

export class ActiveRun implements LiveRun {
  private readonly stopper = new AbortController();
  private readonly transactions = new Set<Knex.Transaction>();
  private readonly followed: (() => void)[] = [];
  private phase: RunPhase = 'WAITING';
  private sources: readonly Counted[] = [];
  private rowsDone: (() => number) | null = null;
  private rowsTotal: number | null = null;
  private syncingSince: number | null = null;
  private timer: NodeJS.Timeout | undefined;
  private reporting: Promise<void> = Promise.resolve();
  private reports = 0;
  private reportedAt = performance.now();

  constructor(
    private readonly database: Database,
    readonly identity: RunIdentity,
    private readonly request: Request,
  ) {
    if (request.signal) this.stopOn(request.signal, () => this.cancel());
    this.reportLater();
  }

  /** Throws an Error if the run is not recorded. */
  get started(): StartedRun {
    return this.identity.started;
  }

  /** Whether another process can continue the run. */
  get isQueued(): boolean {
    return this.request.isQueued;
  }

  get requestId(): string | null {
    return this.request.requestId ?? null;
  }

  get watcher(): RunWatcher {
    return this.request.watcher;
  }

  /** Aborted, with a CallError as the reason, when the run must stop. */
  get signal(): AbortSignal {
    return this.stopper.signal;
  }

  cancel(): void {
    const stays = this.request.commitsChunks ? 'Committed rows stay.' : 'All its changes were undone.';
    this.stopper.abort(new CallError('CANCELLED', `The run was stopped on request. ${stays}`));
  }

  /** Calls `stop` when a signal of others is aborted, until the run has ended. */
  stopOn(signal: AbortSignal, stop: () => void): void {
    this.followed.push(onAbort(signal, stop));
  }

  /** Whether the run is not over after an error: it was queued, so another process continues it. */
  returnsAfter(error: unknown): boolean {
    return this.isQueued && mayReturn(this.database.dialect, error);
  }

  /** Whether the end of the run cannot be recorded after an error, or must not. */
  isOpenAfter(error: unknown): boolean {
    return this.returnsAfter(error) || transientOutage(this.database.dialect, error) !== null;
  }

  /** Stops the run with an error. */
  stop(error: CallError | HandedBack): void {
    this.stopper.abort(error);
  }

  /** Notes that the run has its models. Throws if it was stopped while it waited for them. */
  holdModels(): void {
    this.signal.throwIfAborted();
    this.request.limit.end();
  }

  enter(phase: RunPhase): void {
    this.phase = phase;
  }

  /** Called when the run begins to read its rows, also when it starts again. */
  beginSyncing(sources: readonly Counted[], rowsTotal: number | null, rowsDone?: () => number): void {
    this.phase = 'READING';
    this.sources = sources;
    this.rowsTotal = rowsTotal;
    this.rowsDone = rowsDone ?? null;
    this.syncingSince = null;
  }

  /** Records that rows have been read. */
  hasRows(): void {
    if (this.phase === 'READING') this.phase = 'SYNCING';
    this.syncingSince ??= performance.now();
  }

  report(): RunReport {
    const counts = this.sources.map(({ countsSoFar }) => countsSoFar);
    const rowsDone = this.rowsDone?.() ?? counts.reduce((sum, { rows }) => sum + rows, 0);
    const seconds = this.syncingSince === null ? 0 : (performance.now() - this.syncingSince) / 1000;
    return {
      progress: {
        phase: this.phase,
        rowsDone,
        rowsTotal: this.rowsTotal === null ? null : Math.max(rowsDone, Math.round(this.rowsTotal)),
        rowsPerSecond: seconds > 0 && rowsDone > 0 ? rowsDone / seconds : null,
      },
      counts,
    };
  }

  /** Queries the transaction from time to time, so that the database does not end it while it is idle. */
  keepAlive(transaction: Knex.Transaction): void {
    this.transactions.add(transaction);
  }

  /** Must be called before a commit. Throws RUN_INTERRUPTED if the run no longer belongs to this process. */
  async assertOwn(): Promise<void> {
    if (performance.now() - this.reportedAt > LATE * this.leaseMilliseconds) await this.reportNow();
    const { reason } = this.signal as { reason: unknown };
    if (reason instanceof CallError && reason.code === 'RUN_INTERRUPTED') throw reason;
  }

  /** Stops reporting. */
  async end(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const unfollow of this.followed) unfollow();
    await this.reporting;
    if (this.reports > 0) await endReporting(this.database, this.started).catch(() => undefined);
  }

  private get leaseMilliseconds(): number {
    return this.request.leaseSeconds * 1000;
  }

  private reportLater(): void {
    const pause = Math.min(BETWEEN_REPORTS, this.leaseMilliseconds / REPORTS_PER_LEASE);
    this.timer = setTimeout(() => {
      this.reporting = this.reportNow()
        // The database may be unreachable for a while. Before a commit, the run is checked again.
        .catch(() => undefined)
        .then(() => {
          if (this.timer) this.reportLater();
        });
    }, pause).unref();
  }

  private async reportNow(): Promise<void> {
    const { database, identity } = this;
    await identity.announceWaiting();
    if (identity.id === null) return;
    const { started } = identity;
    const report = this.report();
    // A process that was paused before its first report must not overwrite that of another one.
    if (this.reports === 0 && this.request.isQueued) await assertOwn(database.reader, started);
    if (this.reports === 0) await beginReporting(database, started, report);
    else if (!(await reportAgain(database, started, report))) this.stopper.abort(takenAway(started.id));
    this.reports += 1;
    this.reportedAt = performance.now();
    if (await isCancelRequested(database, started.id)) this.cancel();
    if (this.reports % REPORTS_PER_SIGN === 0) this.giveSigns();
  }

  private giveSigns(): void {
    for (const transaction of this.transactions)
      if (transaction.isCompleted()) this.transactions.delete(transaction);
      else transaction.raw('SELECT 1').catch(() => undefined);
  }
}

/** The runs of this process that are under way. */
export class ActiveRuns implements LiveRuns {
  private readonly runs = new Roster<ActiveRun>();

  find(id: string): ActiveRun | undefined {
    for (const run of this.runs) if (run.identity.id === id) return run;
    return undefined;
  }

  /** Does the work of a run. Meanwhile others can watch and stop the run. */
  async during<T>(run: ActiveRun, work: () => Promise<T>): Promise<T> {
    const leave = this.runs.add(run);
    try {
      return await work();
    } finally {
      leave();
      await run.end();
    }
  }
}
