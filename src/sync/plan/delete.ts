/** Deletes (R30–R35). */
import { counted } from '../../wording';
import type { WorkingMapping, WorkingObject } from '../load/workingObject';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';
import type { Instruction } from '../read/instruction';
import { failed, idProblem, type PlanContext, rowPlan, writtenId } from './context';
import type { PlannedRow } from './operations';
import { ambiguity, notFound } from './matching';

/** The reason why the object stays; null if it is deleted (R30, R31). */
function whyItStays(
  instruction: Instruction,
  { model, workingSet }: PlanContext,
  object: WorkingObject | null,
  mapping: WorkingMapping | null,
): Problem | null {
  const key = shown(instruction.key);
  if (!object) return problem('NOT_FOUND', notFound(instruction, model, 'deleted'));
  if (instruction.actions.force) return null;
  const stays = (): string => `${model.name} ${writtenId(object)} was not deleted`;
  if (instruction.key === null)
    return problem(
      'NO_EXTERNAL_KEY',
      `${stays()}: an unforced delete requires an external key. Set the key, or force the delete (d*).`,
      'external_key',
    );
  const linked = workingSet.linkedObject(mapping);
  if (!linked)
    return problem(
      'NOT_MAPPED',
      `${stays()}: external key ${key} is not mapped. Correct the key, or force the delete (d*).`,
      'external_key',
    );
  if (linked !== object)
    return problem(
      'MAPPED_ELSEWHERE',
      `${stays()}: external key ${key} is mapped to ${model.name} ${writtenId(linked)}. Correct the key, or force the delete (d*).`,
      'external_key',
    );
  const others = workingSet.mappings.countOf(object) - 1;
  if (others > 0)
    return problem(
      'STILL_REFERENCED',
      `${stays()}: ${counted(others, 'other external key')} ${others === 1 ? 'is' : 'are'} mapped to the object. Delete those keys first, or force the delete (d*).`,
      'external_key',
    );
  return null;
}

/**
 * Plans a row that deletes. The mapping of its external key is removed in every case (R32), unless the row fails (R35).
 */
export function planDeletion(instruction: Instruction, context: PlanContext): PlannedRow {
  const { model, workingSet } = context;
  const { key } = instruction;
  const mapping = key === null ? null : workingSet.mapping(model, key);
  const matches = workingSet.matchedObjects(model, instruction);
  const ambiguous = ambiguity(instruction, context, matches);
  if (ambiguous) return failed(instruction, [...instruction.problems, ambiguous]);
  const object = instruction.match ? (matches[0] ?? null) : workingSet.linkedObject(mapping);
  const tooLong = object && idProblem(object);
  if (tooLong) return failed(instruction, [...instruction.problems, tooLong]);
  const reason = whyItStays(instruction, context, object, mapping);
  if (!reason && object)
    // An unforced delete is planned only if there is no other mapping (R31).
    context.apply({ kind: 'delete', object, mappingId: instruction.actions.force ? null : (mapping?.rowId ?? null) });
  if (mapping && mapping.object?.deleted !== true)
    context.apply({ kind: 'removeMapping', model, key: mapping.key, rowId: mapping.rowId, from: mapping.object });
  if (!reason) return rowPlan(instruction, 'DELETED', object);
  const problems = [...instruction.problems, reason];
  if (!mapping) return rowPlan(instruction, 'SKIPPED', object, { problems });
  return rowPlan(instruction, 'UNLINKED', object ?? mapping.object, {
    problems,
    objectId: object ? undefined : mapping.objectId,
  });
}
