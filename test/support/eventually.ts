/** Waiting for what happens in another process. */
import { setTimeout } from 'node:timers/promises';

const PAUSE = 20;
/** Less than a test may take, so that a test that waits in vain leaves nothing behind. */
const LONGEST_WAIT = 50_000;

/** What `look` finds, once it finds something; throws an Error if that does not happen. */
export async function eventually<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
  const end = Date.now() + LONGEST_WAIT;
  while (Date.now() < end) {
    const found = await look();
    if (found) return found;
    await setTimeout(PAUSE);
  }
  throw new Error(`waited in vain: ${what}`);
}
