/** What a process does for the records of all: it ends runs whose process is gone (R47), and removes those that are too old. */
import type { Database } from '../database';
import { interruptDeadRuns } from './progress';
import { pruneRuns } from './pruning';

const BETWEEN_CHECKS = 10_000;
const BETWEEN_PRUNINGS = 6 * 3600 * 1000;
const DAY = 24 * 3600 * 1000;

interface UpkeepSettings {
  /** Runs that finished so many days ago are removed; 0: none. */
  readonly keepRunsDays?: number;
  readonly onFailure?: (error: unknown) => void;
}

/** Work that is done at once and again and again; what fails is done the next time. */
class Chore {
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
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/** Begins at once, and goes on until it is stopped. */
export function startUpkeep(database: Database, settings: UpkeepSettings = {}): Upkeep {
  const { keepRunsDays = 0, onFailure = () => undefined } = settings;
  const stopping = new AbortController();
  const prune = (): Promise<unknown> =>
    pruneRuns(
      database,
      { finishedBefore: new Date(Date.now() - keepRunsDays * DAY), keepLastTouch: true },
      stopping.signal,
    );
  const chores = [new Chore(() => interruptDeadRuns(database), BETWEEN_CHECKS, onFailure)];
  if (keepRunsDays > 0) chores.push(new Chore(prune, BETWEEN_PRUNINGS, onFailure));
  return {
    stop: async () => {
      stopping.abort();
      for (const chore of chores) await chore.stop();
    },
  };
}
