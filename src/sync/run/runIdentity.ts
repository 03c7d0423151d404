/**
 * The id of a run, which the database gives when the run is recorded. Long runs are recorded before they begin. Short runs are recorded with
 * their end, in the transaction that carries them out. If a short run waits for long, it is recorded while it waits, so that users see it.
 */
import type { Database } from '../../database';
import { type KeyClaim, startRun, type StartedRun } from '../../records';
import type { PreparedSource } from './preparedSources';
import type { RunRequest } from './run';

/** The data of a run before it begins. */
export interface BegunRun {
  readonly dryRun: boolean;
  readonly startedBy: string | null;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly sources: readonly { readonly systemName: string; readonly model: string; readonly file: string | null }[];
  /** The idempotency key that the run takes when it is recorded (R49). */
  readonly claim: KeyClaim | null;
}

/** `startedAt` undefined: the run begins now. */
export function begunRun(
  { options: { dryRun }, startedBy = null }: RunRequest,
  sources: readonly PreparedSource[],
  claim: KeyClaim | null,
  startedAt = new Date(),
): BegunRun {
  const recorded = sources.map(({ system, model, source }) => ({
    systemName: system,
    model: model.name,
    file: source.file,
  }));
  return { dryRun, startedBy, startedAt: startedAt.toISOString(), sources: recorded, claim };
}

export class RunIdentity {
  private known: StartedRun | null = null;
  private announcing: Promise<StartedRun> | null = null;
  private isUnderWay = false;

  constructor(
    private readonly database: Database,
    readonly begun: BegunRun,
    /** Called once, when the run is recorded. */
    private readonly onRecorded: (id: string) => void,
    /** The record of a queued run; null: the run is not recorded yet. */
    queued: StartedRun | null = null,
  ) {
    if (queued) this.recorded(queued);
  }

  /** Throws an Error if the run is not recorded. */
  get started(): StartedRun {
    if (!this.known) throw new Error('The run is not recorded yet.');
    return this.known;
  }

  /** Null if the run is not recorded. */
  get id(): string | null {
    return this.known?.id ?? null;
  }

  /** Whether another transaction is recording the run. */
  get isBeingRecorded(): boolean {
    return this.announcing !== null;
  }

  /** Records that the run has begun, unless the run is recorded. Throws KeyTaken. */
  announce(): Promise<StartedRun> {
    return this.record(this.begun);
  }

  /** As `announce`, for a run that cannot go on: its call may be repeated. */
  announceWithoutKey(): Promise<StartedRun> {
    return this.record({ ...this.begun, claim: null });
  }

  /** As `announce`, for a run that waits. Does nothing once the run is under way. */
  async announceWaiting(): Promise<void> {
    if (!this.isUnderWay) await this.announce();
  }

  /** Ends the wait: from now on, the run is recorded with its end. Resolves when no record is being written. */
  async begin(): Promise<void> {
    this.isUnderWay = true;
    await this.announcing?.catch(() => undefined);
  }

  private async record(begun: BegunRun): Promise<StartedRun> {
    if (this.known) return this.known;
    this.announcing ??= startRun(this.database, begun, begun.startedAt).finally(() => (this.announcing = null));
    const started = await this.announcing;
    this.recorded(started);
    return started;
  }

  /** Stores the id of the recorded run. */
  recorded(started: StartedRun): void {
    if (this.known) return;
    this.known = started;
    this.onRecorded(started.id);
  }
}
