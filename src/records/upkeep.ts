/** Maintenance of the records by each process: ends runs whose process is gone (R47), and removes old runs and keys. */
import type { Database } from '../database';
import { IDEMPOTENCY_HOURS, pruneIdempotencyKeys } from './idempotencyKeys';
import { interruptDeadRuns } from './progress';
import { pruneRuns } from './pruning';

const BETWEEN_CHECKS = 10_000;
const BETWEEN_PRUNINGS = 6 * 3600 * 1000;
const BETWEEN_PRUNINGS_OF_KEYS = 10 * 60 * 1000;
const DAY = 24 * 3600 * 1000;

interface UpkeepSettings {
  /** Runs that finished so many days ago are removed; 0: none. */
  readonly keepRunsDays?: number;
  /** Idempotency keys that are older are removed; 0: none. */
  readonly idempotencyHours?: number;
  readonly onFailure?: (error: unknown) => void;
}

/** A task that runs at once and then repeatedly. A failed task is tried again the next time. */
class RepeatedTask {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly work: () => Promise<unknown>,
    private readonly pause: number,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.begin();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.working;
  }

  private begin(): void {
    this.working = this.work()
      .catch(this.onFailure)
      .then(() => {
        if (!this.isStopped) this.timer = setTimeout(() => this.begin(), this.pause).unref();
      });
  }
}

interface Upkeep {
  /** Waits for the task in progress. */
  stop(): Promise<void>;
}

/** Starts the tasks at once. They repeat until `stop` is called. */
export function startUpkeep(database: Database, settings: UpkeepSettings = {}): Upkeep {
  const { keepRunsDays = 0, idempotencyHours = IDEMPOTENCY_HOURS, onFailure = () => undefined } = settings;
  const stopping = new AbortController();
  const prune = (): Promise<unknown> =>
    pruneRuns(
      database,
      { finishedBefore: new Date(Date.now() - keepRunsDays * DAY), keepLastTouch: true },
      stopping.signal,
    );
  const tasks = [new RepeatedTask(() => interruptDeadRuns(database), BETWEEN_CHECKS, onFailure)];
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
