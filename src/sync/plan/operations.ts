/** What the planner decides: operations on the database, and outcomes of rows. */
import { type Canonical, type JoinTable, type Model, objectIdOf, type Relation } from '../../models';
import type { RelatedChange } from '../../records/outcomes';
import type { WorkingObject } from '../load/workingObject';
import type { Problem } from '../../problems';
import type { Instruction, LinkAssignment, ReferenceAssignment, Selector } from '../read/instruction';
import type { Row } from '../row';

/** Ids of linked objects, to which that of an object comes once it is written. */
export class LinkedIds {
  constructor(
    readonly others: readonly string[],
    readonly object: WorkingObject,
    readonly relation: Relation,
  ) {}

  get all(): string[] {
    return [...this.others, objectIdOf(this.object.tuple(this.relation.relatedFields) ?? [])];
  }
}

/** A value, or an object whose key is the value once it is written. */
export type PlannedValue = Canonical | WorkingObject | LinkedIds;

export type Operation =
  /** `values` by column; columns that are not in it are left to the database. */
  | { readonly kind: 'insert'; readonly object: WorkingObject; readonly values: Readonly<Record<string, Canonical>> }
  /** `before`: the whole object as it was; `pointsTo`: columns that take the key of an object written by this chunk. */
  | {
      readonly kind: 'update';
      readonly object: WorkingObject;
      readonly values: Readonly<Record<string, Canonical>>;
      readonly before: Readonly<Record<string, Canonical | undefined>>;
      readonly pointsTo?: { readonly relation: Relation; readonly target: WorkingObject };
    }
  /** `mappingId`: of the only mapping that points to it; null: there may be any number. */
  | { readonly kind: 'delete'; readonly object: WorkingObject; readonly mappingId: string | null }
  /**
   * Everything that points to `from` points to `into` instead (R10). A `delete` of `from` follows, and an `update` of `into` if it takes
   * values. `before`: the whole of `into` as it was.
   */
  | {
      readonly kind: 'merge';
      readonly from: WorkingObject;
      readonly into: WorkingObject;
      readonly before: Readonly<Record<string, Canonical | undefined>>;
    }
  | {
      readonly kind: 'setMapping';
      readonly model: Model;
      readonly key: string;
      readonly rowId: string | null;
      readonly object: WorkingObject;
      /** What the key pointed to before. */
      readonly from: WorkingObject | null;
    }
  | {
      readonly kind: 'removeMapping';
      readonly model: Model;
      readonly key: string;
      readonly rowId: string | null;
      readonly from: WorkingObject | null;
    }
  /** `key`: the related object's values of the join table's related columns, or the object itself if it is not written yet. */
  | {
      readonly kind: 'addLink' | 'removeLink';
      readonly relation: Relation;
      readonly join: JoinTable;
      readonly object: WorkingObject;
      readonly key: readonly Canonical[] | WorkingObject;
    };

/** The values of a link's related columns, by now known. */
export const linkKey = ({
  key,
  relation,
}: Extract<Operation, { kind: 'addLink' | 'removeLink' }>): readonly Canonical[] =>
  'tuple' in key ? (key.tuple(relation.relatedFields) ?? []) : key;

/** The columns that point to an object by a relation, whichever side of it they are on. */
export const pointedColumns = (relation: Relation): string[] =>
  relation.kind.keyFields(relation).map(({ column }) => column.name);

export type RowStatus = 'CREATED' | 'UPDATED' | 'UNCHANGED' | 'DELETED' | 'UNLINKED' | 'SKIPPED' | 'FAILED';

export interface Change {
  readonly field: string;
  readonly before: Canonical;
  readonly after: PlannedValue;
}

export interface PlannedOutcome {
  readonly row: Row;
  readonly status: RowStatus;
  readonly object: WorkingObject | null;
  /** Of an object that is not loaded: what a dangling mapping pointed to (R32). */
  readonly objectId?: string | null;
  readonly changes: readonly Change[];
  readonly alsoDeleted: readonly string[];
  /** On the other side of relations. */
  readonly alsoChanged: readonly RelatedChange[];
  readonly problems: readonly Problem[];
  /** Why the row may succeed once others have given up unique values (R17b); undefined: it may not. */
  readonly blocked?: Blocked;
}

/** A row that only unique values of other objects keep from being carried out. */
export interface Blocked {
  /** The row's own object; null if it would create one. */
  readonly object: WorkingObject | null;
  /** Objects that hold the values; empty if only the database knows them. */
  readonly holders: readonly WorkingObject[];
}

/** A planned row, whose operations have been applied. */
export interface PlannedRow {
  readonly outcome: PlannedOutcome;
  readonly unfinished?: UnfinishedRow;
}

/** A row that has a second step: it may name its own object, once it is known how that is stored. */
export interface UnfinishedRow {
  readonly instruction: Instruction;
  readonly unfound: Unfound;
}

/** What a row names of its own model that is not there before its object is created. */
export interface Unfound {
  readonly references: readonly ReferenceAssignment[];
  readonly links: readonly (LinkAssignment & { readonly unfound: readonly Selector[] })[];
}

export interface PlanOptions {
  /** R10 */
  readonly onMatchConflict: 'DELETE' | 'MERGE' | 'FAIL';
  /** R21 */
  readonly onUnresolvedReference: 'WARN' | 'FAIL';
}
