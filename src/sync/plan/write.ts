/** Rows that create, update, or both (R10–R18). */
import { type Problem, problem } from '../../problems';
import { EndChunk } from '../load/workingObject';
import type { Instruction } from '../read/instruction';
import { failed, idProblem, type PlanContext, rowPlan } from './context';
import { planCreate } from './create';
import { mapKey } from './mapKey';
import { ambiguity, conflictOf, notFound, sharedKey } from './matching';
import type { PlannedRow } from './operations';
import { isError } from './refusedValues';
import { planUpdate } from './update';

const NO_PROBLEMS: readonly Problem[] = [];

/** Plans a row that creates, updates, or both (R10–R13). */
export function planWrite(instruction: Instruction, context: PlanContext): PlannedRow {
  const { model, workingSet } = context;
  const { actions, key } = instruction;
  const mapping = key === null ? null : workingSet.mapping(model, key);
  const linked = workingSet.linkedObject(mapping);
  const matches = workingSet.matchedObjects(model, instruction);
  const ambiguous = ambiguity(instruction, context, matches);
  if (ambiguous) return failed(instruction, [...instruction.problems, ambiguous]);
  const [matched = null] = matches;
  const object = linked ?? matched;
  const tooLong = matched && idProblem(matched);
  if (tooLong) return failed(instruction, [...instruction.problems, tooLong]);
  if (model.behaviour.writeHooks && object?.touched) throw new EndChunk();
  if (!object) {
    if (actions.create) return planCreate(instruction, context, mapping);
    return rowPlan(instruction, 'SKIPPED', null, {
      problems: [...instruction.problems, problem('NOT_FOUND', notFound(instruction, model, 'updated'))],
    });
  }
  const sharing = linked || key === null ? null : sharedKey(context, key, object);
  if (sharing && isError(sharing)) return failed(instruction, [...instruction.problems, sharing], object);
  if (actions.update) {
    const conflict = linked && matched && matched !== linked ? conflictOf(instruction, context, linked, matched) : null;
    if (conflict?.problems.some(isError))
      return failed(instruction, [...instruction.problems, ...conflict.problems], object);
    const found = conflict?.problems ?? (sharing ? [sharing] : NO_PROBLEMS);
    return planUpdate(instruction, context, mapping, object, conflict?.replaced ?? null, found);
  }
  mapKey(context, key, mapping, object);
  return rowPlan(instruction, 'UNCHANGED', object, {
    problems: sharing ? [...instruction.problems, sharing] : instruction.problems,
  });
}
