/** Queued runs: how they get into the queue, and how a process that cannot finish one leaves it to others. */
import { type Database, errorOfRun, retrying } from '../../database';
import { type ClaimedRun, returnRun, type StartedRun, startRun, withdrawRun } from '../../records';
import { type ActiveRun, HandedBack, mayReturn } from './activeRun';
import type { BegunRun } from './runIdentity';

/** Seconds until a run that was stopped by an outage of the database is tried again. */
const SECONDS_AFTER_OUTAGE = 5;

/** A queued run of this process. */
export interface QueuedWork {
  readonly claimed: ClaimedRun;
  /** Aborted when the process must give the run back. */
  readonly handBack: AbortSignal;
}

/** Stops a run when its process must give it back. */
export function stopWhen(handBack: AbortSignal, active: ActiveRun): void {
  active.stopOn(handBack, () => active.stop(new HandedBack('The process gives its run back.')));
}

/** Records a run as QUEUED, and stores what a worker needs. If that fails, the run ends, and the error is thrown. */
export async function queueRun(
  database: Database,
  begun: BegunRun,
  store: (run: StartedRun) => Promise<void>,
): Promise<StartedRun> {
  const started = await startRun(database, begun, begun.startedAt, 'QUEUED');
  try {
    await store(started);
    return started;
  } catch (error) {
    await retrying(database.dialect, () => withdrawRun(database, started)).catch(() => undefined);
    throw errorOfRun(database.dialect, error, started.id);
  }
}

/** Gives a run back to the queue after an error that does not end it. Returns false if the run does not return. */
export async function leaveToOthers(database: Database, started: StartedRun, error: unknown): Promise<boolean> {
  if (!mayReturn(database.dialect, error)) return false;
  const isHandedBack = error instanceof HandedBack;
  const delaySeconds = isHandedBack ? 0 : SECONDS_AFTER_OUTAGE;
  return returnRun(database, started, { isFailure: !isHandedBack, delaySeconds });
}
