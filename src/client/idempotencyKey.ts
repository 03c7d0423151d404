/** Idempotency keys: a sync that is sent again, because its answer was lost, is not run again. */
import type { Kind } from '../arguments';

const LONGEST = 255;
/** A number, and the sign before it. */
const LONGEST_SUFFIX = 10;

const keyOf = (longest: number): Kind => ({
  what: `a text of 1 to ${longest} visible ASCII characters without blanks`,
  accepts: (value) => typeof value === 'string' && value.length <= longest && /^[!-~]+$/.test(value),
});

export const IDEMPOTENCY_KEY = keyOf(LONGEST);
/** Of a sync that may need several calls. */
export const IDEMPOTENCY_KEY_OF_CALLS = keyOf(LONGEST - LONGEST_SUFFIX);

/** The key of one of the calls of a sync, which are counted from 0. Each is another run. */
export function callKey(given: string | null | undefined, call = 0): string {
  if (given === null || given === undefined) return crypto.randomUUID();
  return call === 0 ? given : `${given}/${call + 1}`;
}
