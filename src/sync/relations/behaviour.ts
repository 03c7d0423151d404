/** What the engine does for each kind of relation: one object per kind, with the same members. */
import type { Relation } from '../../models';
import type { ObjectLookups } from '../load/objectLookups';
import type { ChunkReader } from '../load/chunkReader';
import type { WorkingObject } from '../load/workingObject';
import type { WorkingSet } from '../load/workingSet';
import type { PlanContext } from '../plan/context';
import type { LinkOwner, LinkPlan, LinkTargets } from '../plan/references';
import type { Problem } from '../../problems';
import type { SpreadValue } from '../read/inlineRelations';
import type { Instruction, LinkAssignment, ReferenceAssignment, Selector } from '../read/instruction';
import type { RowRelations } from '../read/rowRelations';
import type { PathValue } from '../read/selectors';

/** What reading a relation needs of the row's reader. */
export interface RelationReader {
  /** The objects of the related model that columns mean; null where all of them are empty. */
  selector(relation: Relation, paths: readonly PathValue[], problems: Problem[]): Selector | null;
  /** Those of the columns that an object was spread into (R28) which are known. */
  pathsOf(values: readonly SpreadValue[]): PathValue[];
}

/** What loading a relation needs of the chunk's loader. */
export interface RelationLoader {
  readonly workingSet: WorkingSet;
  readonly reader: ChunkReader;
  /** The objects that the rows may act on. */
  candidates(instructions: readonly Instruction[]): WorkingObject[];
  readonly lookups: ObjectLookups;
}

export interface RelationBehaviour {
  /** A value that is not `''`, under the bare name of the relation (R28). Adds to what the row says of its relations. */
  readInline(
    relation: Relation,
    name: string,
    value: unknown,
    said: RowRelations,
    reader: RelationReader,
    problems: Problem[],
  ): void;
  /** The reference that the row's columns of the relation make (R20); null if they make none. */
  readReference(
    relation: Relation,
    paths: readonly PathValue[],
    reader: RelationReader,
    problems: Problem[],
  ): ReferenceAssignment | null;
  /** The links that the row's columns of the relation make (R24, R25); null if they make none. */
  readLinks(
    relation: Relation,
    paths: readonly PathValue[],
    reader: RelationReader,
    problems: Problem[],
  ): LinkAssignment | null;
  /** Loads what rows must know that set links of the relation. */
  load(relation: Relation, rows: readonly Instruction[], loader: RelationLoader): Promise<void>;
  /** Plans links of the row's object; problems are added. */
  plan(
    relation: Relation,
    assignments: readonly LinkTargets[],
    owner: LinkOwner,
    workingSet: WorkingSet,
    problems: Problem[],
  ): LinkPlan;
  /** Plans links of a new object to itself (R24), which `plan` could not find. Null: rows set no such links by the relation. */
  readonly planItself: ((assignment: LinkAssignment, object: WorkingObject, context: PlanContext) => LinkPlan) | null;
}
