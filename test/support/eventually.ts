/** Waits for events in other processes. */
import { setTimeout } from 'node:timers/promises';

const PAUSE = 20;
/** Less than the time limit of a test, so that a waiting test can still clean up. */
const LONGEST_WAIT = 50_000;

/** The first truthy result of `look`. Throws an Error after a time limit. */
export async function eventually<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
  const end = Date.now() + LONGEST_WAIT;
  while (Date.now() < end) {
    const found = await look();
    if (found) return found;
    await setTimeout(PAUSE);
  }
  throw new Error(`waited in vain: ${what}`);
}
