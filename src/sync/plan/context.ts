/** What planning a chunk carries from row to row beside the working set, and the one way in which rows change that. */
import { type Canonical, longerThan, type Model } from '../../models';
import { EndChunk, type Undo, type WorkingObject } from '../load/workingObject';
import type { WorkingSet } from '../load/workingSet';
import { type Problem, problem, toldProblems } from '../../problems';
import { shown } from '../../shown';
import type { Instruction } from '../read/instruction';
import type { Violations } from './conflicts';
import { endsChunk, isWrite, needsEarlierRows } from './effects';
import type { Operation, PlannedOutcome, PlannedRow, PlanOptions, RowStatus } from './operations';
import { UniqueWatch } from './uniqueWatch';

const NONE_LEAVING: ReadonlySet<WorkingObject> = new Set();

/** A chunk that is being planned. A row is a nested transaction of its working set: nothing stays of a row that fails or has to wait. */
export class PlanContext {
  /** Rows that are planned. */
  rows = 0;
  /** An earlier row of the chunk writes something. */
  isDirty = false;
  /** Of the row at hand, in their order. */
  operations: Operation[] = [];
  private undos: Undo[] = [];
  private mustEndBefore = false;
  private readonly watch = new UniqueWatch();

  constructor(
    readonly model: Model,
    readonly workingSet: WorkingSet,
    readonly options: PlanOptions,
    /** The database reacts to a delete of the model's objects in tables that the working set holds (R34). */
    readonly deleteHasEffects: () => boolean = () => false,
    /** Objects of rows that exchange unique values: each of them gives up its own (R17b). */
    readonly leaving: ReadonlySet<WorkingObject> = NONE_LEAVING,
  ) {}

  /** Plans one row, whose operations are in `operations` then. Throws EndChunk if the row has to wait until the rows before it are written. */
  row(plan: () => PlannedRow): PlannedRow {
    const { workingSet } = this;
    this.reset();
    this.mustEndBefore = workingSet.mustEnd;
    workingSet.step = this.rows + 1;
    try {
      const planned = plan();
      if (planned.outcome.status === 'FAILED') this.undo();
      this.isDirty ||= this.operations.some(isWrite);
      this.rows += 1;
      return planned;
    } catch (error) {
      this.undo();
      throw error;
    }
  }

  private undo(): void {
    for (const undo of this.undos.reverse()) undo();
    this.reset();
    this.workingSet.mustEnd = this.mustEndBefore;
  }

  private reset(): void {
    if (this.operations.length === 0) return;
    this.operations = [];
    this.undos = [];
  }

  /** Plans one effect: the rows after it, and the rest of its own row, see the working set with it. */
  apply(operation: Operation): void {
    const { workingSet, watch } = this;
    if (needsEarlierRows(operation, this)) throw new EndChunk();
    const isExchange = this.leaving.size > 0;
    if (operation.kind === 'update' && !isExchange) watch.release(operation.object, operation.values);
    if (operation.kind === 'delete' && !isExchange) watch.release(operation.object, null);
    this.undos.push(workingSet.apply(operation));
    if (operation.kind === 'update') watch.take(operation.object.model, operation.object.values, operation.values);
    if (operation.kind === 'insert') watch.take(operation.object.model, operation.object.values, null);
    if (endsChunk(operation, this)) workingSet.mustEnd = true;
    this.operations.push(operation);
  }
}

interface OutcomeDetails {
  readonly objectId?: string | null;
  readonly changes?: PlannedOutcome['changes'];
  readonly alsoDeleted?: readonly string[];
  readonly alsoChanged?: PlannedOutcome['alsoChanged'];
  readonly problems?: readonly Problem[];
  readonly blocked?: PlannedOutcome['blocked'];
}

const NONE: readonly never[] = [];

/** A row's outcome. */
export function rowPlan(
  instruction: Instruction,
  status: RowStatus,
  object: WorkingObject | null,
  details: OutcomeDetails = {},
): PlannedRow {
  const {
    objectId,
    changes = NONE,
    alsoDeleted = NONE,
    alsoChanged = NONE,
    problems = instruction.problems,
    blocked,
  } = details;
  return {
    outcome: {
      row: instruction.row,
      status,
      object,
      objectId,
      changes,
      alsoDeleted,
      alsoChanged,
      problems: toldProblems(problems),
      blocked,
    },
  };
}

/** A failed row touches nothing; it names the object that it would have touched. */
export const failed = (
  instruction: Instruction,
  problems: readonly Problem[],
  object: WorkingObject | null = null,
): PlannedRow => rowPlan(instruction, 'FAILED', object, { problems });

/**
 * A row whose values are in conflict fails as if the database had refused it: what else it would have been told is lost. It is blocked if
 * objects of its own system hold the values (R17b).
 */
export function inConflict(
  instruction: Instruction,
  { workingSet }: PlanContext,
  { problems, holders }: Violations,
  object: WorkingObject | null,
): PlannedRow {
  const isBlocked = holders?.every((holder) => workingSet.mappings.keysOf(holder).length > 0) ?? false;
  return rowPlan(instruction, 'FAILED', null, {
    problems: [...instruction.problems, ...problems],
    blocked: isBlocked && holders ? { object, holders } : undefined,
  });
}

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

/** The current value of a column; ends the chunk where the database has yet to compute it. */
export function currentValue(object: WorkingObject, column: string): Canonical {
  const value = object.values[column];
  if (value === undefined) throw new EndChunk();
  return value;
}
