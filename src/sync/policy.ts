/** Sync policies: the order in which a run carries out actions, and what is undone if a row fails. */
import {
  argumentProblem,
  BOOLEAN,
  FUNCTION,
  type Kind,
  listOf,
  oneOf,
  optional,
  shaped,
  wholeNumber,
} from '../arguments';
import { CallError } from '../errors';
import type { Row, RowAction } from './row';

/** One action of a row. */
export interface PolicyAction {
  readonly kind: RowAction;
  readonly forced: boolean;
  readonly system: string;
  readonly model: string;
  /** The name of the row's file; null if the row does not come from a file. */
  readonly file: string | null;
  readonly row: Row;
}

/** The order of sources in a pass: as given, or with the models that other models require first (or last). */
export type SourceOrder = 'GIVEN' | 'REQUIRED_FIRST' | 'REQUIRED_LAST';

/**
 * A run goes over all its rows once per pass. In a pass, rows act in their order, each with the actions of this pass.
 * Every action belongs to exactly one pass.
 */
export interface SyncPolicy {
  /** The number of passes, at least 1. */
  readonly passes: number;
  /** The pass of an action, from 0. It must always be the same for one action. Not called if there is only one pass. */
  passOf(action: PolicyAction): number;
  /** The order in which a pass goes through the sources; `GIVEN` if a policy does not define this method. */
  sourcesOf?(pass: number): SourceOrder;
  /**
   * Whether the run is one transaction, which is rolled back if a row fails. Otherwise failed rows change nothing, and
   * the others stay.
   */
  readonly atomic: boolean;
}

/** A valid `order`. */
export const ORDER: Kind = {
  ...listOf(oneOf('CREATE', 'UPDATE', 'DELETE')),
  what: 'a list of different actions: "CREATE", "UPDATE", "DELETE"',
  accepts: (value) => Array.isArray(value) && value.length > 0 && new Set(value).size === value.length,
};

/** A valid policy. */
export const POLICY = shaped<SyncPolicy>(
  { passes: wholeNumber(1), atomic: BOOLEAN, passOf: FUNCTION, sourcesOf: optional(FUNCTION) },
  { open: true },
);

function check(policy: string, name: string, kind: Kind, value: unknown): void {
  const problem = argumentProblem(`new ${policy}()`, [name, kind, value]);
  if (problem) throw new CallError('BAD_USER_INPUT', problem);
}

/** Row after row, each with all its actions. */
export class BasicSyncPolicy implements SyncPolicy {
  readonly passes = 1;
  readonly atomic = false;

  passOf(): number {
    return 0;
  }
}

const SOURCE_ORDERS: Readonly<Record<RowAction, SourceOrder>> = {
  CREATE: 'REQUIRED_FIRST',
  UPDATE: 'GIVEN',
  DELETE: 'REQUIRED_LAST',
};

/** All actions of the first kind of all rows, then those of the second, then the third (R41). Throws BAD_USER_INPUT. */
export class OrderedSyncPolicy implements SyncPolicy {
  readonly passes: number;
  readonly atomic = false;

  constructor(private readonly order: readonly RowAction[] = ['CREATE', 'UPDATE', 'DELETE']) {
    check('OrderedSyncPolicy', 'order', ORDER, order);
    this.passes = order.length;
  }

  passOf({ kind }: PolicyAction): number {
    return this.order.indexOf(kind);
  }

  sourcesOf(pass: number): SourceOrder {
    const kind = this.order[pass];
    return kind ? SOURCE_ORDERS[kind] : 'GIVEN';
  }
}

/** Runs another policy as one transaction (R42). Throws BAD_USER_INPUT. */
export class TransactionSyncPolicy implements SyncPolicy {
  readonly atomic = true;

  constructor(private readonly policy: SyncPolicy) {
    check('TransactionSyncPolicy', 'policy', POLICY, policy);
  }

  get passes(): number {
    return this.policy.passes;
  }

  passOf(action: PolicyAction): number {
    return this.policy.passOf(action);
  }

  sourcesOf(pass: number): SourceOrder {
    return this.policy.sourcesOf?.(pass) ?? 'GIVEN';
  }
}
