/** Deletes (R30–R35). */
import type { WorkingMapping, WorkingObject } from '../load/workingSet';
import { type Problem, problem, shown } from '../problems';
import type { Instruction } from '../read/instruction';
import { applyDelete, failed, planDelete, type PlanContext, rowPlan, writtenId } from './context';
import type { Operation, RowPlan } from './operations';
import { ambiguity } from './write';

/** Why the object stays, or null where it goes (R30, R31). */
function whyItStays(
  instruction: Instruction,
  { model, workingSet }: PlanContext,
  object: WorkingObject | null,
  mapping: WorkingMapping | null,
): Problem | null {
  const key = shown(instruction.key);
  if (!object) return problem('NOT_FOUND', `There is no such ${model.name} to delete.`);
  if (instruction.actions.force) return null;
  if (instruction.key === null)
    return problem('NO_EXTERNAL_KEY', 'Without an external key only a forced delete (d*) deletes.', 'external_key');
  const linked = workingSet.linkedObject(mapping);
  if (!linked)
    return problem(
      'NOT_MAPPED',
      `External key ${key} is not mapped, so only a forced delete (d*) deletes.`,
      'external_key',
    );
  if (linked !== object)
    return problem(
      'MAPPED_ELSEWHERE',
      `External key ${key} is mapped to ${model.name} ${writtenId(linked)}, not to ${writtenId(object)}.`,
      'external_key',
    );
  if (workingSet.mappingCount(object) > 1)
    return problem(
      'STILL_REFERENCED',
      `Other external keys are still mapped to ${model.name} ${writtenId(object)}.`,
      'external_key',
    );
  return null;
}

/** A row that deletes. With an external key its mapping goes in every case (R32), but not where the row fails (R35). */
export function planDeletion(instruction: Instruction, context: PlanContext): RowPlan {
  const { model, workingSet } = context;
  const { key } = instruction;
  const mapping = key === null ? null : workingSet.mapping(model, key);
  const matches = workingSet.matchedObjects(model, instruction);
  const ambiguous = ambiguity(instruction, matches);
  if (ambiguous) return failed(instruction, [...instruction.problems, ambiguous]);
  const object = instruction.match ? (matches[0] ?? null) : workingSet.linkedObject(mapping);
  const reason = whyItStays(instruction, context, object, mapping);
  const operations: Operation[] = [];
  if (!reason && object) {
    // Without force there is no other (R31).
    operations.push(planDelete(context, object, instruction.actions.force ? null : mapping));
    applyDelete(context, object);
  }
  if (mapping && mapping.object?.deleted !== true) {
    operations.push({ kind: 'removeMapping', model, key: mapping.key, rowId: mapping.rowId, from: mapping.object });
    workingSet.removeMapping(mapping);
  }
  if (!reason) return rowPlan(instruction, 'DELETED', object, { operations });
  const problems = [...instruction.problems, reason];
  if (!mapping) return rowPlan(instruction, 'SKIPPED', object, { problems });
  return rowPlan(instruction, 'UNLINKED', object ?? mapping.object, {
    problems,
    operations,
    objectId: object ? undefined : mapping.objectId,
  });
}
