/** What is asked of the engine. */
import { CallError } from '../errors';
import type { ModelCatalog } from '../models';
import type { RunObserver } from './observer';
import type { PlanOptions } from './plan/operations';
import { BasicSyncPolicy, OrderedSyncPolicy, type SyncPolicy, TransactionSyncPolicy } from './policy';
import type { Row, RowAction } from './row';

/** What the header of a file says of its rows, whether or not there are any. */
export interface SourceHeader {
  /** Names that rows carry as values. */
  readonly names: readonly string[];
  /** Whether a column is about the rows themselves: flags, match names or keys. */
  readonly isAboutRows: boolean;
  /** Special names of columns that the caller did not choose. */
  readonly assumed: readonly string[];
  /** What every row is matched on; null if rows may say so themselves. */
  readonly matchOn: string | null;
  readonly delimiter: string;
}

/** Rows of one system for one model; `batches` can be read several times, each time from the start. */
export interface SyncSource {
  readonly system: string;
  readonly model: string;
  readonly file: string | null;
  /** Values are text of a file, so that JSON columns are parsed (R14). */
  readonly text: boolean;
  /** Names of columns that rows may carry, for the locks; inline objects appear with their nested names. */
  readonly columns: Iterable<string>;
  /** Of a file; checked before any row runs. */
  readonly header?: SourceHeader;
  /** About how many rows there are, for whoever watches; not given where nobody knows. */
  readonly expectedRows?: number;
  batches(): AsyncIterable<readonly Row[]>;
}

export interface SyncOptions extends PlanOptions {
  readonly createExternalSystem: boolean;
  /** Null: row order (R41). */
  readonly order: readonly RowAction[] | null;
  readonly onError: 'ROLLBACK' | 'CONTINUE';
  readonly dryRun: boolean;
  /** R16 */
  readonly onUnknownField: 'WARN' | 'FAIL';
  /** Rows that all sources must have together; null: any number. */
  readonly minRows: number | null;
}

/** How far a run has come. With an `order` each row counts once a pass. */
export interface RunProgress {
  readonly rows: number;
  /** Null where a source does not know. */
  readonly expectedRows: number | null;
}

/** What whoever asked for a run may do while it is at work. */
export interface RunControl {
  /** Stops the run before its next rows: what is not committed is rolled back, and the run ends as CANCELLED. */
  readonly signal?: AbortSignal;
  /** Names the request that asks for the run, so that its caller finds the run while it is at work. */
  readonly requestId?: string;
  readonly observer?: RunObserver;
  /** Told each time that rows have been read. */
  readonly onProgress?: (progress: RunProgress) => void;
}

/** What rows of a system would do to objects of a model. */
export interface SyncAct {
  readonly system: string;
  readonly model: string;
  /** Action flags (R1), with `*` if they force; empty if no action is known yet. */
  readonly flags: string;
}

/** What the caller may see and do. */
export interface SyncAuthority {
  /** The models that the caller sees, with their relations to each other. */
  readonly catalog: ModelCatalog;
  readonly seesAllModels: boolean;
  seesSystem(name: string): boolean;
  /** The scope that the caller lacks for an act; null if the act is allowed. */
  missing(act: SyncAct): string | null;
  /** Whether rows may have any flags. */
  allowsEveryAction(system: string, model: string): boolean;
}

export interface SyncRequest extends RunControl {
  readonly sources: readonly SyncSource[];
  readonly options: SyncOptions;
  /** Takes the place of the one that `order` and `onError` ask for. */
  readonly policy?: SyncPolicy;
  /** Gives back every row's outcome with the run, not only the recorded ones. */
  readonly wantOutcomes: boolean;
  /** Not given: the caller may do everything. */
  readonly authority?: SyncAuthority;
  /** The name that the run's record carries. */
  readonly startedBy?: string | null;
}

export const DEFAULT_OPTIONS: SyncOptions = {
  createExternalSystem: true,
  order: null,
  onError: 'ROLLBACK',
  onMatchConflict: 'DELETE',
  onUnresolvedReference: 'WARN',
  dryRun: false,
  onUnknownField: 'WARN',
  minRows: null,
};

/** The policy of a request (R41, R42); throws BAD_USER_INPUT. */
export function policyOf({
  options: { order, onError },
  policy: given,
}: Pick<SyncRequest, 'options' | 'policy'>): SyncPolicy {
  if (given) return given;
  if (order && (order.length !== 3 || new Set(order).size !== 3))
    throw new CallError(
      'BAD_USER_INPUT',
      `order must contain CREATE, UPDATE and DELETE, each once, not ${order.join(', ') || 'nothing'}.`,
    );
  const policy = order ? new OrderedSyncPolicy(order) : new BasicSyncPolicy();
  return onError === 'ROLLBACK' ? new TransactionSyncPolicy(policy) : policy;
}
