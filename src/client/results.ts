/** The result of a sync in several calls. */
import type { OutcomeFragment, RunFragment } from '../../schema/operations/generated';
import { NsyncError } from './error';

export interface SyncRowsResult {
  /** One for each call. */
  readonly runs: readonly RunFragment[];
  /** Of every row, in row order, numbered over all calls. */
  readonly outcomes: readonly OutcomeFragment[];
}

/** A call failed after others had been made. */
export class PartialSyncError extends NsyncError {
  constructor(
    { code, message, status, cause }: NsyncError,
    /** The results of the calls that succeeded. */
    readonly completed: SyncRowsResult,
  ) {
    super(code, `${message} (after ${completed.outcomes.length} rows)`, { status: status ?? undefined, cause });
  }
}
