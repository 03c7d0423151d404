/**
 * The planner: instructions and what the database holds in, operations and outcomes out. Pure: no I/O, one row after
 * another (R40). It may stop early, before a row that needs something only the database can tell once the rows before
 * it are written.
 */
import { EndChunk } from '../load/workingObject';
import { hasErrors, type Instruction } from '../read/instruction';
import { failed, type PlanContext, rowPlan } from './context';
import { planDeletion } from './delete';
import type { Operation, PlannedOutcome, PlannedRow, UnfinishedRow } from './operations';
import { planWrite } from './write';

export interface Plan {
  readonly operations: readonly Operation[];
  /** Of the first instructions; fewer than there are where the chunk has to end early. */
  readonly outcomes: readonly PlannedOutcome[];
  /** Of the last outcome. */
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
