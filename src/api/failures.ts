/** Failures of the database that a client may be told of. */
import type { Dialect } from '../database';
import { CallError } from '../errors';

/** DATABASE_UNAVAILABLE where the database cannot be reached or is too busy; null for any other error. */
export function unavailability(dialect: Dialect, error: unknown): CallError | null {
  const kind = dialect.explainFailure(error)?.kind;
  const isTimeout = (error as Error | undefined)?.name === 'KnexTimeoutError';
  return kind === 'unavailable' || kind === 'transient' || isTimeout
    ? new CallError(
        'DATABASE_UNAVAILABLE',
        'The database cannot be reached, or is too busy. Nothing was changed that is not reported.',
      )
    : null;
}
