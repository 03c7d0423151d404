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
import type { Operation, PlannedOutcome, PlanOptions, RowPlan } from './operations';
import { UniqueWatch } from './uniqueWatch';
import { planWrite } from './write';

export interface Plan {
  readonly operations: readonly Operation[];
  /** Of the first instructions; fewer than there are where the chunk has to end early, but at least one. */
  readonly outcomes: readonly PlannedOutcome[];
}

function planRow(instruction: Instruction, context: PlanContext): RowPlan {
  if (hasErrors(instruction)) return failed(instruction, instruction.problems);
  const { actions } = instruction;
  if (actions.delete) return planDeletion(instruction, context);
  if (actions.create || actions.update) return planWrite(instruction, context);
  return rowPlan(instruction, 'SKIPPED', null);
}

const WRITES = new Set<Operation['kind']>(['insert', 'update', 'delete']);

/** Plans the rows of a chunk against its working set, which it changes. */
export function plan(
  model: Model,
  instructions: readonly Instruction[],
  workingSet: WorkingSet,
  options: PlanOptions,
  deleteHasEffects = false,
): Plan {
  const operations: Operation[] = [];
  const outcomes: PlannedOutcome[] = [];
  const context: PlanContext = { model, workingSet, options, watch: new UniqueWatch(), deleteHasEffects, dirty: false };
  for (const instruction of instructions) {
    let row: RowPlan;
    try {
      row = planRow(instruction, context);
    } catch (error) {
      if (error instanceof EndChunk && outcomes.length > 0) break;
      throw error;
    }
    operations.push(...row.operations);
    outcomes.push(row.outcome);
    const writes = row.operations.some(({ kind }) => WRITES.has(kind));
    context.dirty ||= writes || row.operations.some(({ kind }) => kind === 'addLink' || kind === 'removeLink');
    // What a trigger does can only be read back.
    if (workingSet.mustEnd || (writes && model.table.hasTriggers)) break;
  }
  return { operations, outcomes };
}
