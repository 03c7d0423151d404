/** What a process does for the records of all: it ends runs whose process is gone, and removes what is too old (R47). */
import type { Database } from '../database';
import { interruptDeadRuns } from './progress';

const BETWEEN_CHECKS = 10_000;

export interface Upkeep {
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/** Begins at once, and goes on until it is stopped; a database that does not answer is asked again later. */
export function startUpkeep(database: Database, onFailure: (error: unknown) => void = () => undefined): Upkeep {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let working = Promise.resolve();
  const begin = (): void => {
    working = interruptDeadRuns(database)
      .catch(onFailure)
      .then(() => {
        if (!isStopped) timer = setTimeout(begin, BETWEEN_CHECKS).unref();
      });
  };
  begin();
  return {
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await working;
    },
  };
}
