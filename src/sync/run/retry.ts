/** Again, after a deadlock or a lost connection (R44). */
import type { Dialect } from '../../database';

const ATTEMPTS = 8;
const FIRST_PAUSE_MILLISECONDS = 50;

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Runs the work until it succeeds, fails for another reason, or has been tried often enough. */
export async function retrying<T>(dialect: Dialect, work: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= ATTEMPTS || dialect.explainFailure(error)?.kind !== 'transient') throw error;
      // Apart by chance, so that two that collided do not collide again.
      await pause(FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }
}
