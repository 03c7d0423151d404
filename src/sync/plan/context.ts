/** The state of planning a chunk, beside the working set. Rows change the working set only through this state. */
import { type Canonical, longerThan, type Model } from '../../models';
import { EndChunk, type Undo, type WorkingObject } from '../load/workingObject';
import type { WorkingSet } from '../load/workingSet';
import { type Problem, problem, reportedProblems } from '../../problems';
import { shown } from '../../shown';
import type { Instruction } from '../read/instruction';
import type { Violations } from './conflicts';
import { endsChunk, isWrite, needsEarlierRows } from './effects';
import type { Operation, PlannedOutcome, PlannedRow, PlanOptions, RowStatus } from './operations';
import { UniqueWatch } from './uniqueWatch';

const NONE_LEAVING: ReadonlySet<WorkingObject> = new Set();

/**
 * A chunk that is being planned. Each row is a nested transaction: a row that fails or has to wait leaves no changes.
 */
export class PlanContext {
  /** The number of rows planned. */
  rows = 0;
  /** Whether an earlier row of the chunk writes anything. */
  isDirty = false;
  /** The operations of the current row, in order. */
  operations: Operation[] = [];
  private undos: Undo[] = [];
  private mustEndBefore = false;
  private readonly watch = new UniqueWatch();

  constructor(
    readonly model: Model,
    readonly workingSet: WorkingSet,
    readonly options: PlanOptions,
    /** Whether a delete of the model's objects makes the database change tables of the working set (R34). */
    readonly deleteHasEffects: () => boolean = () => false,
    /** Objects of rows that exchange unique values. Each gives up its own values (R17b). */
    readonly leaving: ReadonlySet<WorkingObject> = NONE_LEAVING,
    /** Whether a later row may look at links that a row changes. */
    readonly areLinksSeen = true,
  ) {}

  /**
   * Plans one row and leaves its operations in `operations`. Throws EndChunk if the earlier rows must be written first.
   */
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

  /** Plans one operation. The rest of the row and later rows see its effect in the working set. */
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
      problems: reportedProblems(problems),
      blocked,
    },
  };
}

/** A failed row changes nothing. Its outcome names the object that it would have changed. */
export const failed = (
  instruction: Instruction,
  problems: readonly Problem[],
  object: WorkingObject | null = null,
): PlannedRow => rowPlan(instruction, 'FAILED', object, { problems });

/**
 * A row whose values are in conflict fails as if the database had refused it, so warnings of planning are dropped. The
 * row is blocked if the values belong to objects of its own system (R17b).
 */
export function inConflict(
  instruction: Instruction,
  { workingSet, rows }: PlanContext,
  { problems, holders, areAll }: Violations,
  object: WorkingObject | null,
): PlannedRow {
  // The row reports all its conflicts, whatever the chunk: as the first row of a chunk, its object's values are known.
  if (!areAll && rows > 0) throw new EndChunk();
  const isBlocked = holders?.every((holder) => workingSet.mappings.keysOf(holder).length > 0) ?? false;
  return rowPlan(instruction, 'FAILED', null, {
    problems: [...instruction.problems, ...problems],
    blocked: isBlocked && holders ? { object, holders } : undefined,
  });
}

/** The length of the id columns in nsync's own tables, in characters. */
const LONGEST_ID = 255;

/** The problem of an object whose id is too long to be recorded (R45); null if the id fits or is not known yet. */
export function idProblem({ id, model }: WorkingObject): Problem | null {
  if (id === null || !longerThan(id, LONGEST_ID)) return null;
  const length = Array.from(id).length;
  return problem(
    'INVALID_VALUE',
    `The id ${shown(id)} of this ${model.name} has ${length} characters. Objects with an id of more than ${LONGEST_ID} characters cannot be synced.`,
    model.idFields[0]?.name,
  );
}

/** The id of an object for a message. Ends the chunk if the id is known only after writing. */
export function writtenId(object: WorkingObject): string {
  if (object.id === null) throw new EndChunk();
  return object.id;
}

/** The current value of a column. Ends the chunk if the database has yet to compute the value. */
export function currentValue(object: WorkingObject, column: string): Canonical {
  const value = object.values[column];
  if (value === undefined) throw new EndChunk();
  return value;
}
