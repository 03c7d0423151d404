/** Reads that exceeded their time limit: recorded where they fail, reported where their error reaches a caller. */
import { CallError } from '../errors';
import { nativeError } from './nativeError';
import { counted } from '../wording';

/** The time limit of the failed read in seconds, by its error. */
const limits = new WeakMap<object, number>();

export function rememberReadTimeout(error: unknown, seconds: number): void {
  if (error instanceof Error) limits.set(error, seconds);
}

/** The error for the caller; null if the error is not a read timeout. */
export function readTimeoutOf(error: unknown): CallError | null {
  const seconds = limits.get(nativeError(error));
  if (seconds === undefined) return null;
  return new CallError(
    'READ_TIMEOUT',
    `The database was stopped, because a read took longer than ${counted(seconds, 'second')}. Ask for fewer objects, use fields with an index in where, or leave out totalCount and objectCount.`,
  );
}
