/** Updates (R10, R12, R14). */
import {
  applySetters,
  type Canonical,
  columnValues,
  findNamed,
  type Field,
  isEmpty,
  type Model,
  sameValue,
  validatePatch,
  whyNotWritable,
} from '../../models';
import { type Problem } from '../../problems';
import { EndChunk, type WorkingMapping, type WorkingObject } from '../load/workingObject';
import type { Instruction } from '../read/instruction';
import { Changes } from './changes';
import { violationsOf } from './conflicts';
import { currentValue, failed, inConflict, type PlanContext, rowPlan, writtenId } from './context';
import { mapKey } from './mapKey';
import { takeValues } from './merge';
import type { PlannedRow } from './operations';
import { planLinks } from './links';
import { keyProblem, linkChanges } from './references';
import { isError, notNullProblems, unwritableProblem, validated } from './refusedValues';
import { maySetUnforced, resolveReferences, type ResolvedReference } from './resolve';

/** Unforced, only fields that are NULL or '' may change (R12). */
const mayChange = (object: WorkingObject, field: Field, force: boolean): boolean =>
  force || isEmpty(currentValue(object, field.column.name));

/**
 * Whether a field is outside the primary key, which is set on create only (R12). Adds a problem if a forced update
 * would change the key.
 */
function isBesideKey(
  { workingSet }: PlanContext,
  object: WorkingObject,
  field: Field,
  value: Canonical,
  force: boolean,
  problems: Problem[],
): boolean {
  if (!object.model.idFields.includes(field)) return true;
  if (force && !workingSet.isSameKey(field, currentValue(object, field.column.name), value))
    problems.push(keyProblem(object, field, value));
  return false;
}

/** Whether a field can be written (R46). Adds a problem if the row would change a field that cannot. */
function isWritable(
  object: WorkingObject,
  field: Field,
  value: Canonical,
  force: boolean,
  problems: Problem[],
): boolean {
  const reason = whyNotWritable(field);
  if (reason === null) return true;
  if (mayChange(object, field, force) && !sameValue(currentValue(object, field.column.name), value))
    problems.push(unwritableProblem(field, value, reason));
  return false;
}

/** `''` stands for NULL (R14), but an empty text is also shown as `''`. Sent back, it must change nothing (R46). */
function isShownEmpty({ row }: Instruction, { model, values }: WorkingObject, field: Field, value: Canonical): boolean {
  if (value !== null || values[field.column.name] !== '') return false;
  return Object.entries(row.values).some(
    ([name, given]) => given === '' && findNamed(model.fieldsByName, name.trim()) === field,
  );
}

function planFields(
  instruction: Instruction,
  context: PlanContext,
  object: WorkingObject,
  references: readonly ResolvedReference[],
  changes: Changes,
  problems: Problem[],
): void {
  const { force } = instruction.actions;
  for (const { field, value, given } of instruction.assignments) {
    // R27
    if (references.some(({ fields }) => fields.includes(field))) continue;
    if (
      isWritable(object, field, value, force, problems) &&
      isBesideKey(context, object, field, value, force, problems) &&
      mayChange(object, field, force) &&
      !isShownEmpty(instruction, object, field, value)
    )
      changes.set(field, value, given);
  }
  if (instruction.setters.length === 0) return;
  const stored = columnValues<Canonical | undefined>(object.values, changes.values);
  for (const column of Object.values(stored)) if (column === undefined) throw new EndChunk();
  const set = validated(() => applySetters(context.model, stored, instruction.setters), problems);
  for (const { field, value } of set ?? [])
    if (isBesideKey(context, object, field, value, force, problems) && mayChange(object, field, force))
      changes.set(field, value);
}

function planReferences(
  { actions: { force } }: Instruction,
  context: PlanContext,
  object: WorkingObject,
  references: readonly ResolvedReference[],
  changes: Changes,
  problems: Problem[],
): void {
  for (const reference of references)
    if (force || maySetUnforced(reference, object))
      reference.fields.forEach((field, index) => {
        const value = reference.key[index] ?? null;
        if (isBesideKey(context, object, field, value, force, problems)) changes.set(field, value);
      });
}

/** The values that an update sets. Adds a problem for each value that cannot be set. */
function plannedChanges(
  instruction: Instruction,
  context: PlanContext,
  object: WorkingObject,
  problems: Problem[],
): Changes {
  const changes = new Changes(object);
  const references = resolveReferences(instruction, context, object, problems);
  planFields(instruction, context, object, references, changes, problems);
  planReferences(instruction, context, object, references, changes, problems);
  return changes;
}

/** Adds problems for changed values that the model or the database would refuse. */
function refusedChanges(model: Model, changes: Changes, problems: Problem[]): void {
  if (changes.size === 0) return;
  const cleared = model.fields.filter(({ column }) => !column.nullable && changes.values[column.name] === null);
  problems.push(...notNullProblems(model, cleared));
  if (model.behaviour.instances) validated(() => validatePatch(model, changes.given), problems);
}

/** Plans the update of a row's object (R12). `matched`: another object, which is deleted or merged first (R10). */
export function planUpdate(
  instruction: Instruction,
  context: PlanContext,
  mapping: WorkingMapping | null,
  object: WorkingObject,
  matched: WorkingObject | null,
  conflict: readonly Problem[],
): PlannedRow {
  const { model, workingSet, options } = context;
  const { force } = instruction.actions;
  const problems = [...instruction.problems, ...conflict];
  const merges = matched !== null && options.onMatchConflict === 'MERGE';
  if (merges) context.apply({ kind: 'merge', from: matched, into: object, before: columnValues(object.values) });
  if (matched) context.apply({ kind: 'delete', object: matched, mappingId: null });
  const changes = plannedChanges(instruction, context, object, problems);
  if (merges) takeValues(instruction, matched, object, changes);
  const links = planLinks(instruction, { object, changed: changes.values, force }, workingSet, options, problems);
  refusedChanges(model, changes, problems);
  if (problems.some(isError)) return failed(instruction, problems, object);
  if (changes.size > 0) {
    const after = columnValues<Canonical | undefined>(object.values, changes.values);
    const taken = violationsOf(workingSet, object, after, changes.values, context.leaving);
    if (taken.problems.length > 0) return inConflict(instruction, context, taken, object);
    context.apply({ kind: 'update', object, values: changes.values, before: columnValues(object.values) });
  }
  mapKey(context, instruction.key, mapping, object);
  for (const operation of links.flatMap(({ operations }) => operations)) context.apply(operation);
  const allChanges = links.length === 0 ? changes.list : [...changes.list, ...linkChanges(links)];
  return rowPlan(instruction, allChanges.length > 0 || matched ? 'UPDATED' : 'UNCHANGED', object, {
    problems,
    changes: allChanges,
    alsoDeleted: matched ? [writtenId(matched)] : [],
    alsoChanged: links.flatMap(({ related }) => related),
  });
}
