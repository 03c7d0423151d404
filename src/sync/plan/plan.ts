/**
 * The planner: instructions and what the database holds in, operations and outcomes out. Pure: no I/O, one row after
 * another (R40). It may stop early, before a row that needs something only the database can tell once the rows before
 * it are written.
 */
import type { Model } from '../../models';
import { EndChunk, type WorkingSet } from '../load/workingSet';
import { hasErrors, type Instruction } from '../read/instruction';
import { failed, type PlanContext, rowPlan } from './context';
import { planDeletion } from './delete';
import type { Operation, PlannedOutcome, PlanOptions, RowPlan, UnfinishedRow } from './operations';
import { UniqueWatch } from './uniqueWatch';
import { planWrite } from './write';

export interface Plan {
  readonly operations: readonly Operation[];
  /** Of the first instructions; fewer than there are where the chunk has to end early. */
  readonly outcomes: readonly PlannedOutcome[];
  /** Of the last outcome. */
  readonly unfinished?: UnfinishedRow;
}

function planRow(instruction: Instruction, context: PlanContext): RowPlan {
  if (hasErrors(instruction)) return failed(instruction, instruction.problems);
  const unchangedId = context.workingSet.unchangedId(instruction);
  if (unchangedId !== undefined) return rowPlan(instruction, 'UNCHANGED', null, { objectId: unchangedId });
  const { actions } = instruction;
  if (actions.delete) return planDeletion(instruction, context);
  if (actions.create || actions.update) return planWrite(instruction, context);
  return rowPlan(instruction, 'SKIPPED', null);
}

const WRITES = new Set<Operation['kind']>(['insert', 'update', 'delete']);

/** What the planner carries through a chunk, whose working set it changes. */
export const planContext = (
  model: Model,
  workingSet: WorkingSet,
  options: PlanOptions,
  deleteHasEffects: () => boolean = () => false,
): PlanContext => ({ model, workingSet, options, watch: new UniqueWatch(), deleteHasEffects, dirty: false, rows: 0 });

/** Plans the next rows of a chunk. */
export function plan(instructions: readonly Instruction[], context: PlanContext): Plan {
  const { model, workingSet } = context;
  const operations: Operation[] = [];
  const outcomes: PlannedOutcome[] = [];
  for (const instruction of instructions) {
    let row: RowPlan;
    try {
      row = planRow(instruction, context);
    } catch (error) {
      if (error instanceof EndChunk && context.rows > 0) break;
      throw error;
    }
    context.rows += 1;
    outcomes.push(row.outcome);
    if (row.operations.length > 0) {
      operations.push(...row.operations);
      const writes = row.operations.some(({ kind }) => WRITES.has(kind));
      context.dirty ||= writes || row.operations.some(({ kind }) => kind === 'addLink' || kind === 'removeLink');
      // What a trigger does can only be read back.
      if (writes && model.table.hasTriggers) workingSet.mustEnd = true;
    }
    if (row.unfinished) return { operations, outcomes, unfinished: row.unfinished };
    if (workingSet.mustEnd) break;
  }
  return { operations, outcomes };
}
