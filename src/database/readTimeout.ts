/** Reads that took longer than they may: noted where they fail, told where their error reaches a caller. */
import { CallError } from '../errors';
import { nativeError } from './nativeError';
import { counted } from '../wording';

/** By error, the seconds that the read had. */
const limits = new WeakMap<object, number>();

export function rememberReadTimeout(error: unknown, seconds: number): void {
  if (error instanceof Error) limits.set(error, seconds);
}

/** What a caller is told; null for any other error. */
export function readTimeoutOf(error: unknown): CallError | null {
  const seconds = limits.get(nativeError(error));
  if (seconds === undefined) return null;
  return new CallError(
    'READ_TIMEOUT',
    `The database was stopped, because a read took longer than ${counted(seconds, 'second')}. Ask for fewer objects, use fields with an index in where, or leave out totalCount and objectCount.`,
  );
}
