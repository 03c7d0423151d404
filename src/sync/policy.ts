/** Sync policies: in which order a run carries out the actions of its rows, and what stays where one fails. */
import type { RowAction } from './request';
import type { Row } from './row';

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

/** All actions of the first kind of all rows, then those of the second, then the third. */
export class OrderedSyncPolicy implements SyncPolicy {
  readonly passes: number;
  readonly atomic = false;

  constructor(private readonly order: readonly RowAction[] = ['CREATE', 'UPDATE', 'DELETE']) {
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

/** Another policy, all or nothing. */
export class TransactionSyncPolicy implements SyncPolicy {
  readonly atomic = true;

  constructor(private readonly policy: SyncPolicy) {}

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
