/** What callers ask of the engine. */
import { CallError } from '../errors';
import type { ModelCatalog } from '../models';
import type { RunObserver } from './observer';
import type { PlanOptions } from './plan/operations';
import { BasicSyncPolicy, OrderedSyncPolicy, type SyncPolicy, TransactionSyncPolicy } from './policy';
import type { Row, RowAction } from './row';

/** What the header of a file tells about its rows, even if there are none. */
export interface SourceHeader {
  /** Names of columns that contain values. */
  readonly names: readonly string[];
  /** Whether a column contains flags, match names or external keys. */
  readonly isAboutRows: boolean;
  /** Special column names that are defaults, not chosen by the caller. */
  readonly assumed: readonly string[];
  /** The `match_on` of every row; null if rows contain their own. */
  readonly matchOn: string | null;
  readonly delimiter: string;
}

/** Rows of one system for one model. `batches` starts at the first row on each call. */
export interface SyncSource {
  readonly system: string;
  readonly model: string;
  readonly file: string | null;
  /** Whether values are text of a file, so that JSON columns are parsed (R14). */
  readonly text: boolean;
  /** Names of columns that rows may contain, for the locks. Inline objects appear with their nested names. */
  readonly columns: Iterable<string>;
  /** Only for files. Checked before any row runs. */
  readonly header?: SourceHeader;
  /** The number of rows, for progress and for runs that are carried out together; undefined if unknown. */
  readonly expectedRows?: number;
  /** The number of characters of the rows; undefined if all of them are in memory. */
  readonly size?: number;
  batches(): AsyncIterable<readonly Row[]>;
  /** Tells the content of the source from other content (R49), if that takes less than reading the rows. */
  fingerprint?(): Promise<string>;
}

export interface SyncOptions extends PlanOptions {
  readonly createExternalSystem: boolean;
  /** Null: row order (R41). */
  readonly order: readonly RowAction[] | null;
  readonly onError: 'ROLLBACK' | 'CONTINUE';
  readonly dryRun: boolean;
  /** R16 */
  readonly onUnknownField: 'WARN' | 'FAIL';
  /** The minimum number of rows of all sources together; null: any number. */
  readonly minRows: number | null;
  /** How long the run waits for its models; null: as long as it takes. */
  readonly maxWaitSeconds: number | null;
}

/** The progress of a run. With an `order`, each row counts once per pass. */
export interface RunProgress {
  readonly rows: number;
  /** Null if a source does not know its number of rows. */
  readonly expectedRows: number | null;
}

/** How a caller watches and stops a run. */
export interface RunControl {
  /** Stops the run before its next rows. Uncommitted changes are rolled back, and the run ends as CANCELLED. */
  readonly signal?: AbortSignal;
  /** Identifies the request, so that its caller can find the run while the run works. */
  readonly requestId?: string;
  readonly observer?: RunObserver;
  /** Called after each batch of rows that was read. */
  readonly onProgress?: (progress: RunProgress) => void;
}

/** What rows of a system do to objects of a model. */
export interface SyncAct {
  readonly system: string;
  readonly model: string;
  /** Action flags (R1), with `*` if they force; empty if no action is known yet. */
  readonly flags: string;
}

/** What the caller may see and do. */
export interface SyncAuthority {
  /** The scopes as a text. Authorities with the same catalog and scopes allow the same. */
  readonly scopes: string;
  /** The models that the caller may see, with their relations to each other. */
  readonly catalog: ModelCatalog;
  readonly seesAllModels: boolean;
  seesSystem(name: string): boolean;
  /** The scope that the caller lacks for an act; null if the act is allowed. */
  missing(act: SyncAct): string | null;
  /** Whether rows may contain any flags. */
  allowsEveryAction(system: string, model: string): boolean;
}

export interface SyncRequest extends RunControl {
  readonly sources: readonly SyncSource[];
  readonly options: SyncOptions;
  /** Replaces the policy that `order` and `onError` define. */
  readonly policy?: SyncPolicy;
  /** Whether the result contains every row's outcome, not only the recorded ones. */
  readonly wantOutcomes: boolean;
  /** Undefined: the caller may do everything. */
  readonly authority?: SyncAuthority;
  /** The name to record as the starter of the run. */
  readonly startedBy?: string | null;
  /** Calls of the same `startedBy` with the same key and content are one run (R49). */
  readonly idempotencyKey?: string | null;
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
  maxWaitSeconds: null,
};

/** The policy of a request (R41, R42). Throws BAD_USER_INPUT. */
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
