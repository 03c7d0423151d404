/** Creates (R11). */
import {
  type Canonical,
  columnValues,
  createInstance,
  mayStoreOtherwise,
  whyNotWritable,
  writtenValuesOf,
} from '../../models';
import { type Problem } from '../../problems';
import { type WorkingMapping, WorkingObject } from '../load/workingObject';
import type { Instruction } from '../read/instruction';
import { violationsOf } from './conflicts';
import { failed, idProblem, inConflict, type PlanContext, rowPlan } from './context';
import { mayLeadThroughItself, planItself, unfoundNames, withItself } from './itself';
import { mapKey } from './mapKey';
import type { Change, PlannedRow, Unfound } from './operations';
import { planLinks } from './links';
import { linkChanges } from './references';
import { isError, notNullProblems, unwritableProblem, validated } from './refusedValues';
import { resolveReferences } from './resolve';

/**
 * The values of a new object: all that the row contains (R11), passed through the model if it has setters or hooks
 * (R15).
 */
function newValues(
  instruction: Instruction,
  context: PlanContext,
  problems: Problem[],
): Record<string, Canonical> | null {
  const { model } = context;
  const values = columnValues<Canonical>();
  for (const { field, given } of instruction.assignments) {
    const reason = whyNotWritable(field);
    if (reason === null) values[field.column.name] = given;
    else if (given !== null) problems.push(unwritableProblem(field, given, reason));
  }
  for (const { fields, key } of resolveReferences(instruction, context, null, problems))
    fields.forEach((field, index) => (values[field.column.name] = key[index] ?? null));
  if (problems.some(isError)) return null;
  if (model.behaviour.instances || instruction.setters.length > 0) {
    const made = validated(() => writtenValuesOf(model, createInstance(model, values, instruction.setters)), problems);
    if (!made) return null;
    Object.assign(values, made);
  }
  const missing = model.requiredFields.filter(({ column }) => {
    const value = values[column.name];
    return value === null || (value === undefined && !column.hasDefault);
  });
  // The model's hooks may fill a missing key. Without hooks, the database would refuse the row.
  if (missing.length > 0) problems.push(...notNullProblems(model, missing));
  return problems.some(isError) ? null : values;
}

export function planCreate(instruction: Instruction, context: PlanContext, mapping: WorkingMapping | null): PlannedRow {
  const { model, workingSet, options } = context;
  const problems = [...instruction.problems];
  const values = newValues(instruction, context, problems);
  if (!values) return failed(instruction, problems);
  const stored = columnValues<Canonical | undefined>();
  // The length is set first, because an array that grows reserves much more memory.
  const changes = new Array<Change>(model.fields.length);
  let count = 0;
  for (const { column, name, initial } of model.fields) {
    const value = values[column.name];
    stored[column.name] = value ?? (value === null ? null : initial);
    if (value !== undefined && value !== null) changes[count++] = { field: name, before: null, after: value };
  }
  changes.length = count;
  const object = new WorkingObject(model, stored, true);
  const tooLong = idProblem(object);
  if (tooLong) return failed(instruction, [...problems, tooLong]);
  const links = planLinks(instruction, { object, changed: null, force: true }, workingSet, options, problems);
  if (problems.some(isError)) return failed(instruction, problems);
  const taken = violationsOf(workingSet, object, stored, null, context.leaving);
  if (taken.problems.length > 0) return inConflict(instruction, context, taken, null);

  const unfound = unfoundNames(instruction, context);
  context.apply({ kind: 'insert', object, values });
  mapKey(context, instruction.key, mapping, object);
  for (const operation of links.flatMap(({ operations }) => operations)) context.apply(operation);
  const created = rowPlan(instruction, 'CREATED', object, {
    problems,
    changes: links.length === 0 ? changes : [...changes, ...linkChanges(links)],
    alsoChanged: links.flatMap(({ related }) => related),
  });
  if (!unfound) return created;
  // The object is written first, because the database may change the values that the row names, or set them later.
  if (mayStoreOtherwise(model) || mayLeadThroughItself(unfound)) {
    workingSet.mustEnd = true;
    return { ...created, unfinished: { instruction, unfound } };
  }
  return namingItself(created, instruction, unfound, context, object, problems);
}

/** The plan of a created row, with links and references to its own object. */
function namingItself(
  created: PlannedRow,
  instruction: Instruction,
  unfound: Unfound,
  context: PlanContext,
  object: WorkingObject,
  problems: Problem[],
): PlannedRow {
  const toItself = planItself(unfound, instruction.actions.force, context, object, problems);
  if (!toItself) return created;
  const { changes, alsoChanged } = created.outcome;
  return rowPlan(instruction, 'CREATED', object, {
    problems,
    changes: withItself(changes, toItself.changes),
    alsoChanged: [...alsoChanged, ...toItself.related],
  });
}
