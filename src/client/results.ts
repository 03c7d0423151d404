/** The result of a sync in several calls. */
import type { OutcomeFragment, RunFragment } from '../../schema/operations/generated';
import { NsyncError } from './error';

export interface SyncRowsResult {
  /** One run per call. */
  readonly runs: readonly RunFragment[];
  /** The outcomes of all rows, in row order, numbered over all calls. */
  readonly outcomes: readonly OutcomeFragment[];
}

/** A call failed after earlier calls succeeded. */
export class PartialSyncError extends NsyncError {
  constructor(
    { code, message, status, cause }: NsyncError,
    /** The results of the calls that succeeded. */
    readonly completed: SyncRowsResult,
  ) {
    super(code, `${message} (after ${completed.outcomes.length} rows)`, { status: status ?? undefined, cause });
  }
}
