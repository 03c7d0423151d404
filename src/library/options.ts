/** How a run of the library goes about its rows. */
import { CallError } from '../errors';
import { DEFAULT_OPTIONS, type RowAction, type SyncOptions, type SyncPolicy, type SyncRequest } from '../sync';

export interface RunOptions {
  /** Makes the external system where it does not exist (true); otherwise such a call is refused. */
  readonly createExternalSystem?: boolean;
  /** Runs all actions of the first kind for all rows, then those of the second, then the third. */
  readonly order?: readonly RowAction[] | null;
  /** Whether nothing of the run stays where a row fails ('ROLLBACK', the default), or the other rows do. */
  readonly onError?: 'ROLLBACK' | 'CONTINUE';
  /** What a row does whose match finds another object than its external key ('DELETE'). */
  readonly onMatchConflict?: 'DELETE' | 'MERGE' | 'FAIL';
  /** What a row does whose reference does not find exactly one object ('WARN'). */
  readonly onUnresolvedReference?: 'WARN' | 'FAIL';
  /** Reports exactly what the run would do, and leaves nothing. */
  readonly dryRun?: boolean;
  /** What the run does if a column is no field, relation or setter: it warns ('WARN'), or fails before any row runs. */
  readonly onUnknownField?: 'WARN' | 'FAIL';
  /** Rows that all sources must have together; with fewer the run fails with TOO_FEW_ROWS before anything is written. */
  readonly minRows?: number | null;
  /** In place of `order` and `onError`. */
  readonly policy?: SyncPolicy;
  /** Whether the result has the outcome of every row (true). `outcomes` reads the recorded outcomes in any case. */
  readonly wantOutcomes?: boolean;
}

/** What the engine is asked for, of options that are checked; throws BAD_USER_INPUT. */
export function readOptions(given: RunOptions): Omit<SyncRequest, 'sources'> {
  const { policy, wantOutcomes = true } = given;
  if (policy && (given.order || given.onError))
    throw new CallError(
      'BAD_USER_INPUT',
      'policy replaces order and onError. Give either policy, or order and onError.',
    );
  const options: SyncOptions = {
    createExternalSystem: given.createExternalSystem ?? DEFAULT_OPTIONS.createExternalSystem,
    order: given.order ?? DEFAULT_OPTIONS.order,
    onError: given.onError ?? DEFAULT_OPTIONS.onError,
    onMatchConflict: given.onMatchConflict ?? DEFAULT_OPTIONS.onMatchConflict,
    onUnresolvedReference: given.onUnresolvedReference ?? DEFAULT_OPTIONS.onUnresolvedReference,
    dryRun: given.dryRun ?? DEFAULT_OPTIONS.dryRun,
    onUnknownField: given.onUnknownField ?? DEFAULT_OPTIONS.onUnknownField,
    minRows: given.minRows ?? DEFAULT_OPTIONS.minRows,
  };
  return { options, policy, wantOutcomes };
}
