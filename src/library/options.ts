/** Options of a run. */
import { CallError } from '../errors';
import { DEFAULT_OPTIONS, type RowAction, type SyncOptions, type SyncPolicy, type SyncRequest } from '../sync';

export interface RunOptions {
  /** Whether a missing external system is created. Default: true. If false, the call is refused. */
  readonly createExternalSystem?: boolean;
  /** Runs all actions of the first kind for all rows, then those of the second kind, then those of the third. */
  readonly order?: readonly RowAction[] | null;
  /** What happens if a row fails: nothing of the run is stored ('ROLLBACK', the default), or the other rows are ('CONTINUE'). */
  readonly onError?: 'ROLLBACK' | 'CONTINUE';
  /** What happens if a row's match finds another object than its external key (R10). Default: 'DELETE'. */
  readonly onMatchConflict?: 'DELETE' | 'MERGE' | 'FAIL';
  /** What happens if a row's reference matches no object, or several (R21). Default: 'WARN'. */
  readonly onUnresolvedReference?: 'WARN' | 'FAIL';
  /** Whether the run only reports what it would do, and changes nothing (R43). */
  readonly dryRun?: boolean;
  /** What happens if a column is not a field, relation or setter: the run warns ('WARN', the default), or fails before any row runs ('FAIL'). */
  readonly onUnknownField?: 'WARN' | 'FAIL';
  /** The least total number of rows of all sources. With fewer rows, the run fails with TOO_FEW_ROWS before anything is written. */
  readonly minRows?: number | null;
  /** Seconds for which the run waits for other runs on its models, before it fails with RUN_BUSY. Default: no limit. */
  readonly maxWaitSeconds?: number | null;
  /** Replaces `order` and `onError`. */
  readonly policy?: SyncPolicy;
  /** Whether the result contains the outcome of every row. Default: true. `outcomes` always reads the recorded outcomes. */
  readonly wantOutcomes?: boolean;
  /** Names the call: one with the same key and content is not run again, and its result is that of the first one. */
  readonly idempotencyKey?: string;
}

/** Converts checked options to a request of the engine. Throws BAD_USER_INPUT. */
export function readOptions(given: RunOptions): Omit<SyncRequest, 'sources'> {
  const { policy, wantOutcomes = true, idempotencyKey } = given;
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
    maxWaitSeconds: given.maxWaitSeconds ?? DEFAULT_OPTIONS.maxWaitSeconds,
  };
  return { options, policy, wantOutcomes, idempotencyKey };
}
