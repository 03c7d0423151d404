/**
 * Carries out queued runs, several at once. It claims them in the database, which any number of workers can do at the same time. It looks for runs
 * from time to time, and at once when it is told of one.
 */
import { requestOf, type Services } from '../api';
import { type ClaimedRun, claimRun, type Lease, OWN_LEASE, removeEndedCall, RepeatedTask } from '../records';
import type { RunObserver } from '../sync';
import { Slots } from './slots';

const BETWEEN_LOOKS = 1000;

/** The number of runs at once, unless a setting says otherwise. */
export const RUNS_AT_ONCE = 2;

export interface WorkerSettings {
  /** The number of runs at once. 0: none. */
  readonly runsAtOnce: number;
  readonly leaseSeconds: number;
  readonly observerOf: (requestId: string, startedBy: string | null) => RunObserver | undefined;
  /** Called with errors that the records of runs do not show. `runId` null: the error is not that of a run. */
  readonly onFailure: (error: unknown, runId: string | null) => void;
  /** Called for each run that this process gives back to the queue. */
  readonly onReturned: (runId: string) => void;
}

export class Worker {
  private readonly slots: Slots;
  private readonly lease: Lease;
  private readonly handBack = new AbortController();
  private readonly working = new Set<Promise<void>>();
  private readonly looking: RepeatedTask | null;
  /** The look under way. */
  private look: Promise<void> | null = null;

  constructor(
    private readonly services: Services,
    private readonly settings: WorkerSettings,
  ) {
    const { runsAtOnce, leaseSeconds: seconds, onFailure } = settings;
    this.slots = new Slots(runsAtOnce);
    this.lease = { owner: OWN_LEASE.owner, seconds };
    const failed = (error: unknown): void => onFailure(error, null);
    this.looking = runsAtOnce > 0 ? new RepeatedTask(() => this.fill(), BETWEEN_LOOKS, failed) : null;
  }

  /** Looks for runs at once. Never throws. */
  wake(): void {
    if (this.looking) this.fill().catch((error: unknown) => this.settings.onFailure(error, null));
  }

  /** Waits for a free place, claims a run, and resolves when the run has ended. Resolves at once if there is no run. */
  async workOnce(): Promise<void> {
    await this.slots.take();
    const claimed = await this.claim();
    await claimed?.ended;
  }

  /** Claims no more runs, and gives those under way back to the queue. */
  async stop(): Promise<void> {
    this.handBack.abort();
    await this.looking?.stop();
    await Promise.all(this.working);
  }

  /** Claims runs until all places are taken. */
  private fill(): Promise<void> {
    this.look ??= this.claimAll().finally(() => (this.look = null));
    return this.look;
  }

  private async claimAll(): Promise<void> {
    while (!this.handBack.signal.aborted && this.slots.tryTake()) if (!(await this.claim())) return;
  }

  /** Claims a run for a place that is taken. Null if there is none; then the place is free again. */
  private async claim(): Promise<{ readonly ended: Promise<void> } | null> {
    try {
      const claimed = this.handBack.signal.aborted ? null : await claimRun(this.services.database, this.lease);
      if (!claimed) {
        this.slots.giveBack();
        return null;
      }
      const ended = this.carryOut(claimed).finally(() => {
        this.slots.giveBack();
        this.working.delete(ended);
        // Runs of the same models may have waited for this one.
        this.wake();
      });
      this.working.add(ended);
      return { ended };
    } catch (error) {
      this.slots.giveBack();
      throw error;
    }
  }

  /** Never throws. */
  private async carryOut(claimed: ClaimedRun): Promise<void> {
    const { services, settings, handBack } = this;
    const { id } = claimed.started;
    try {
      const makeRequest = async (): ReturnType<typeof requestOf> => {
        const request = await requestOf(services, id, claimed.call);
        return { ...request, observer: settings.observerOf(request.requestId ?? '', claimed.startedBy) };
      };
      const result = await services.engine.work(makeRequest, claimed, handBack.signal);
      if (result) await removeEndedCall(services.database, id);
      else settings.onReturned(id);
    } catch (error) {
      settings.onFailure(error, id);
    }
  }
}
