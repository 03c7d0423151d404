/** Maintenance of the records by each process: ends runs whose process is gone (R47), and removes old runs, deliveries and keys. */
import type { Database } from '../database';
import { pruneDeliveries } from './deliveries';
import { IDEMPOTENCY_HOURS, pruneIdempotencyKeys } from './idempotencyKeys';
import { interruptDeadRuns } from './progress';
import { removeEndedCalls } from './runJobs';
import { pruneRuns } from './pruning';
import { RepeatedTask } from './repeatedTask';

const BETWEEN_CHECKS = 10_000;
const BETWEEN_PRUNINGS = 6 * 3600 * 1000;
const BETWEEN_PRUNINGS_OF_KEYS = 10 * 60 * 1000;
const DAY = 24 * 3600 * 1000;
const KEEP_DELIVERIES_DAYS = 30;

interface UpkeepSettings {
  /** Runs that finished so many days ago are removed; 0: none. */
  readonly keepRunsDays?: number;
  /** Idempotency keys that are older are removed; 0: none. */
  readonly idempotencyHours?: number;
  readonly onFailure?: (error: unknown) => void;
  /** Called for each run that has returned to the queue, because its process is gone. */
  readonly onReturned?: (runId: string) => void;
  /** Milliseconds between two searches for such runs. */
  readonly betweenChecks?: number;
}

interface Upkeep {
  /** Waits for the task in progress. */
  stop(): Promise<void>;
}

/** Starts the tasks at once. They repeat until `stop` is called. */
export function startUpkeep(database: Database, settings: UpkeepSettings = {}): Upkeep {
  const { keepRunsDays = 0, idempotencyHours = IDEMPOTENCY_HOURS } = settings;
  const { onFailure = () => undefined, onReturned = () => undefined, betweenChecks = BETWEEN_CHECKS } = settings;
  const stopping = new AbortController();
  const prune = (): Promise<unknown> =>
    pruneRuns(
      database,
      { finishedBefore: new Date(Date.now() - keepRunsDays * DAY), keepLastTouch: true },
      stopping.signal,
    );
  const pruneSent = (): Promise<unknown> =>
    pruneDeliveries(database, new Date(Date.now() - KEEP_DELIVERIES_DAYS * DAY), stopping.signal);
  const endDead = async (): Promise<void> => {
    (await interruptDeadRuns(database)).forEach(onReturned);
    await removeEndedCalls(database, stopping.signal);
  };
  const tasks = [
    new RepeatedTask(endDead, betweenChecks, onFailure),
    new RepeatedTask(pruneSent, BETWEEN_PRUNINGS, onFailure),
  ];
  if (keepRunsDays > 0) tasks.push(new RepeatedTask(prune, BETWEEN_PRUNINGS, onFailure));
  const pruneKeys = (): Promise<unknown> => pruneIdempotencyKeys(database, idempotencyHours, stopping.signal);
  if (idempotencyHours > 0) tasks.push(new RepeatedTask(pruneKeys, BETWEEN_PRUNINGS_OF_KEYS, onFailure));
  return {
    stop: async () => {
      stopping.abort();
      for (const task of tasks) await task.stop();
    },
  };
}
