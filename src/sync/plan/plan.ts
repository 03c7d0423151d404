/**
 * The planner: takes instructions and the working set, returns operations and outcomes. It does no I/O, and plans one
 * row after another (R40). It stops before a row that needs what only the database knows once the earlier rows are
 * written.
 */
import { EndChunk } from '../load/workingObject';
import { hasErrors, type Instruction } from '../read/instruction';
import { failed, type PlanContext, rowPlan } from './context';
import { planDeletion } from './delete';
import type { Operation, PlannedOutcome, PlannedRow, UnfinishedRow } from './operations';
import { planWrite } from './write';

export interface Plan {
  readonly operations: readonly Operation[];
  /** Of the first instructions. There are fewer than instructions if the chunk has to end early. */
  readonly outcomes: readonly PlannedOutcome[];
  /** The last row, if it has a second step. */
  readonly unfinished?: UnfinishedRow;
}

function planRow(instruction: Instruction, context: PlanContext): PlannedRow {
  if (hasErrors(instruction)) return failed(instruction, instruction.problems);
  const unchangedId = context.workingSet.unchangedId(instruction);
  if (unchangedId !== undefined) return rowPlan(instruction, 'UNCHANGED', null, { objectId: unchangedId });
  const { actions } = instruction;
  if (actions.delete) return planDeletion(instruction, context);
  if (actions.create || actions.update) return planWrite(instruction, context);
  return rowPlan(instruction, 'SKIPPED', null);
}

/** Plans the next rows of a chunk. */
export function plan(instructions: readonly Instruction[], context: PlanContext): Plan {
  const operations: Operation[] = [];
  const outcomes: PlannedOutcome[] = [];
  for (const instruction of instructions) {
    let row: PlannedRow;
    try {
      row = context.row(() => planRow(instruction, context));
    } catch (error) {
      if (error instanceof EndChunk && context.rows > 0) break;
      throw error;
    }
    outcomes.push(row.outcome);
    operations.push(...context.operations);
    if (row.unfinished) return { operations, outcomes, unfinished: row.unfinished };
    if (context.workingSet.mustEnd) break;
  }
  return { operations, outcomes };
}
