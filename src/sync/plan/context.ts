/** What planning a chunk carries from row to row beside the working set. */
import { type Canonical, longerThan, type Model } from '../../models';
import { EndChunk, type WorkingMapping, type WorkingObject, type WorkingSet } from '../load/workingSet';
import { type Problem, problem, shown, toldProblems } from '../problems';
import type { Instruction } from '../read/instruction';
import type { Operation, PlannedOutcome, PlanOptions, RowPlan, RowStatus } from './operations';
import { UniqueWatch } from './uniqueWatch';

export interface PlanContext {
  readonly model: Model;
  readonly workingSet: WorkingSet;
  readonly options: PlanOptions;
  readonly watch: UniqueWatch;
  /** The database reacts to a delete of the model's objects in tables that the working set holds (R34). */
  readonly deleteHasEffects: () => boolean;
  /** Something was written by an earlier row of the chunk. */
  dirty: boolean;
  /** Planned so far. */
  rows: number;
}

export interface OutcomeDetails {
  readonly objectId?: string | null;
  readonly changes?: PlannedOutcome['changes'];
  readonly alsoDeleted?: readonly string[];
  readonly alsoChanged?: PlannedOutcome['alsoChanged'];
  readonly problems?: readonly Problem[];
  readonly operations?: readonly Operation[];
}

type SetMapping = Extract<Operation, { kind: 'setMapping' }>;

const NONE: readonly never[] = [];

/** A row's plan: what is to be done, and how it is told. */
export function rowPlan(
  instruction: Instruction,
  status: RowStatus,
  object: WorkingObject | null,
  details: OutcomeDetails = {},
): RowPlan {
  const {
    objectId,
    changes = NONE,
    alsoDeleted = NONE,
    alsoChanged = NONE,
    problems = instruction.problems,
    operations = NONE,
  } = details;
  return {
    operations,
    outcome: {
      row: instruction.row,
      status,
      object,
      objectId,
      changes,
      alsoDeleted,
      alsoChanged,
      problems: toldProblems(problems),
    },
  };
}

/** A failed row touches nothing; it names the object that it would have touched. */
export const failed = (
  instruction: Instruction,
  problems: readonly Problem[],
  object: WorkingObject | null = null,
): RowPlan => rowPlan(instruction, 'FAILED', object, { problems });

/** Columns of nsync's own tables take no longer ids. */
const LONGEST_ID = 255;

/** Why an object cannot be synced: its id is too long to be recorded (R45). Null if it can, or has no id yet. */
export function idProblem({ id, model }: WorkingObject): Problem | null {
  if (id === null || !longerThan(id, LONGEST_ID)) return null;
  const length = Array.from(id).length;
  return problem(
    'INVALID_VALUE',
    `The id ${shown(id)} of this ${model.name} has ${length} characters. Objects with an id of more than ${LONGEST_ID} characters cannot be synced.`,
    model.idFields[0]?.name,
  );
}

/** The id of an object for a message; ends the chunk where it has none before it is written. */
export function writtenId(object: WorkingObject): string {
  if (object.id === null) throw new EndChunk();
  return object.id;
}

/** An object is written once in a chunk; and hooks may still change what this chunk has written. */
export function assertWritable(object: WorkingObject): void {
  if (object.touched) throw new EndChunk();
}

/** The current value of a column; ends the chunk where the database has yet to compute it. */
export function currentValue(object: WorkingObject, column: string): Canonical {
  const value = object.values[column];
  if (value === undefined) throw new EndChunk();
  return value;
}

/** Deletes an object with every mapping that points to it (R33); `only` where it is known to be the only one. */
export function planDelete(context: PlanContext, object: WorkingObject, only: WorkingMapping | null = null): Operation {
  assertWritable(object);
  if (object.involved) throw new EndChunk();
  if (context.dirty && context.deleteHasEffects()) throw new EndChunk();
  context.watch.release(object, null);
  return { kind: 'delete', object, mappingId: only?.rowId ?? null };
}

export function applyDelete({ workingSet, model, deleteHasEffects }: PlanContext, object: WorkingObject): void {
  workingSet.delete(object);
  if (model.table.hasTriggers || deleteHasEffects()) workingSet.mustEnd = true;
}

/** Makes the row's mapping, or points it to the object (R18); null where it points there already. */
export function planMapping(
  { model }: PlanContext,
  key: string | null,
  mapping: WorkingMapping | null,
  object: WorkingObject,
): SetMapping | null {
  if (key === null || mapping?.object === object) return null;
  return { kind: 'setMapping', model, key, rowId: mapping?.rowId ?? null, object, from: mapping?.object ?? null };
}

/** Carries out a plan of a mapping. */
export function applyMapping({ workingSet }: PlanContext, planned: SetMapping | null): void {
  if (planned) workingSet.setMapping(planned.model, planned.key, planned.object);
}
