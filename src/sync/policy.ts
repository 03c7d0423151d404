/** Sync policies: in which order a run carries out the actions of its rows, and what stays where one fails. */
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

/** One thing that a row asks for. */
export interface PolicyAction {
  readonly kind: RowAction;
  readonly forced: boolean;
  readonly system: string;
  readonly model: string;
  /** The name of the file that the row comes from; null where there is none. */
  readonly file: string | null;
  readonly row: Row;
}

/** Whether a pass goes through sources as they are given, or through those first (or last) that the others' objects require. */
export type SourceOrder = 'GIVEN' | 'REQUIRED_FIRST' | 'REQUIRED_LAST';

/**
 * A run goes over all of its rows once for each pass. In a pass rows act in their order, each with those of its actions
 * that belong there; every action belongs to exactly one pass.
 */
export interface SyncPolicy {
  /** How many passes there are, from 1. */
  readonly passes: number;
  /** From 0. It has to give the same answer each time it is asked; it is not asked where there is one pass only. */
  passOf(action: PolicyAction): number;
  /** In which order a pass goes through the sources; `GIVEN` if a policy does not say. */
  sourcesOf?(pass: number): SourceOrder;
  /** The run is one transaction, of which nothing stays where a row fails. Otherwise failed rows change nothing, and the others stay. */
  readonly atomic: boolean;
}

/** What `order` must be. */
export const ORDER: Kind = {
  ...listOf(oneOf('CREATE', 'UPDATE', 'DELETE')),
  what: 'a list of different actions: "CREATE", "UPDATE", "DELETE"',
  accepts: (value) => Array.isArray(value) && value.length > 0 && new Set(value).size === value.length,
};

/** What a policy must be. */
export const POLICY = shaped<SyncPolicy>(
  { passes: wholeNumber(1), atomic: BOOLEAN, passOf: FUNCTION, sourcesOf: optional(FUNCTION) },
  { open: true },
);

function check(policy: string, name: string, kind: Kind, value: unknown): void {
  const problem = argumentProblem(`new ${policy}()`, [name, kind, value]);
  if (problem) throw new CallError('BAD_USER_INPUT', problem);
}

/** Row after row, each with all of its actions. */
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

/** All actions of the first kind of all rows, then those of the second, then the third. Throws BAD_USER_INPUT. */
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

/** Another policy, all or nothing. Throws BAD_USER_INPUT. */
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
