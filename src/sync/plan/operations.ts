/** The planner's results: operations on the database, and outcomes of rows. */
import { type Canonical, type JoinTable, type Model, objectIdOf, type Relation } from '../../models';
import type { RelatedChange } from '../../records/outcomes';
import type { WorkingObject } from '../load/workingObject';
import type { Problem } from '../../problems';
import type { Instruction, LinkAssignment, ReferenceAssignment, Selector } from '../read/instruction';
import type { Row } from '../row';

/** Ids of linked objects, including the id of an object that is not written yet. */
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

/** A value, or an object whose key is the value once the object is written. */
export type PlannedValue = Canonical | WorkingObject | LinkedIds;

export type Operation =
  /** `values`: by column. The database fills the columns that are missing. */
  | { readonly kind: 'insert'; readonly object: WorkingObject; readonly values: Readonly<Record<string, Canonical>> }
  /**
   * `before`: the whole object before the update. `pointsTo`: columns that take the key of an object written by this
   * chunk.
   */
  | {
      readonly kind: 'update';
      readonly object: WorkingObject;
      readonly values: Readonly<Record<string, Canonical>>;
      readonly before: Readonly<Record<string, Canonical | undefined>>;
      readonly pointsTo?: { readonly relation: Relation; readonly target: WorkingObject };
    }
  /** `mappingId`: the id of the only mapping that points to the object; null: there may be any number. */
  | { readonly kind: 'delete'; readonly object: WorkingObject; readonly mappingId: string | null }
  /**
   * Moves everything that points to `from` to `into` (R10). A `delete` of `from` follows, and an `update` of `into` if
   * it takes values. `before`: the whole of `into` before the merge.
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
      /** The object to which the key was mapped before. */
      readonly from: WorkingObject | null;
    }
  | {
      readonly kind: 'removeMapping';
      readonly model: Model;
      readonly key: string;
      readonly rowId: string | null;
      readonly from: WorkingObject | null;
    }
  /**
   * `key`: the related object's values of the join table's related columns, or the object itself if it is not written
   * yet.
   */
  | {
      readonly kind: 'addLink' | 'removeLink';
      readonly relation: Relation;
      readonly join: JoinTable;
      readonly object: WorkingObject;
      readonly key: readonly Canonical[] | WorkingObject;
    };

/** The values of a link's related columns, once they are known. */
export const linkKey = ({
  key,
  relation,
}: Extract<Operation, { kind: 'addLink' | 'removeLink' }>): readonly Canonical[] =>
  'tuple' in key ? (key.tuple(relation.relatedFields) ?? []) : key;

/** The columns that point to an object by a relation, on either side. */
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
  /** The id of an object that is not loaded, to which a dangling mapping pointed (R32). */
  readonly objectId?: string | null;
  readonly changes: readonly Change[];
  readonly alsoDeleted: readonly string[];
  /** Changes on the other side of relations. */
  readonly alsoChanged: readonly RelatedChange[];
  readonly problems: readonly Problem[];
  /** Set if the row may succeed once other objects have given up unique values (R17b). */
  readonly blocked?: Blocked;
}

/** A row that is stopped only by unique values of other objects. */
export interface Blocked {
  /** The row's own object; null if the row would create one. */
  readonly object: WorkingObject | null;
  /** The objects that hold the values; empty if only the database knows them. */
  readonly holders: readonly WorkingObject[];
}

/** A planned row, whose operations have been applied to the working set. */
export interface PlannedRow {
  readonly outcome: PlannedOutcome;
  readonly unfinished?: UnfinishedRow;
}

/** A row with a second step: it may name its own object once the stored values are known. */
export interface UnfinishedRow {
  readonly instruction: Instruction;
  readonly unfound: Unfound;
}

/** Objects of its own model that a row names and that do not exist before its object is created. */
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
