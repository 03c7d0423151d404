/** Rows that map their key to the object that they find, and change nothing of it. */
import { problem } from '../../problems';
import type { Instruction } from '../read/instruction';
import { failed, idProblem, type PlanContext, rowPlan } from './context';
import { mapKey } from './mapKey';
import { ambiguity, notFound, sharedKey } from './matching';
import type { PlannedRow } from './operations';
import { isError } from './refusedValues';

/** A row that touches: as an update without values, whose object must exist. */
export function planTouch(instruction: Instruction, context: PlanContext): PlannedRow {
  const { model, workingSet } = context;
  const { key } = instruction;
  const mapping = key === null ? null : workingSet.mapping(model, key);
  const linked = workingSet.linkedObject(mapping);
  const matches = workingSet.matchedObjects(model, instruction);
  const ambiguous = ambiguity(instruction, context, matches);
  if (ambiguous) return failed(instruction, [...instruction.problems, ambiguous]);
  const object = linked ?? matches[0];
  if (!object) {
    const missing = problem('NOT_FOUND', notFound(instruction, model, 'touched'));
    return rowPlan(instruction, 'SKIPPED', null, { problems: [...instruction.problems, missing] });
  }
  const sharing = linked || key === null ? null : sharedKey(context, key, object);
  const problems = [...instruction.problems, ...[idProblem(object), sharing].filter((found) => found !== null)];
  if (problems.some(isError)) return failed(instruction, problems, object);
  mapKey(context, key, mapping, object);
  return rowPlan(instruction, 'UNCHANGED', object, { problems });
}
