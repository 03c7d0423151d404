/** Creates and updates (R10–R18). */
import {
  applySetters,
  type Canonical,
  columnValues,
  createInstance,
  findNamed,
  type Field,
  isEmpty,
  mayStoreOtherwise,
  type Model,
  ModelFailure,
  type Relation,
  sameValue,
  validatePatch,
  whyNotWritable,
  writtenValuesOf,
} from '../../models';
import { EndChunk, type WorkingMapping, WorkingObject } from '../load/workingSet';
import { type Problem, problem, shown } from '../problems';
import type { Instruction } from '../read/instruction';
import {
  applyDelete,
  applyMapping,
  assertWritable,
  currentValue,
  failed,
  idProblem,
  planDelete,
  planMapping,
  type PlanContext,
  rowPlan,
  writtenId,
} from './context';
import { planItself, unfoundNames, withItself } from './itself';
import type { Change, Operation, RowPlan } from './operations';
import { violationsOf } from './conflicts';
import { describeMatch } from './descriptions';
import { keyProblem, linkChanges, planLinks } from './references';
import { maySetUnforced, resolveReferences, type ResolvedReference } from './resolve';

const isError = ({ severity }: Problem): boolean => severity === 'ERROR';

/** What the database would refuse with NOT NULL; hooks and triggers may still fill it in. */
function notNullProblems(model: Model, fields: Iterable<Field>): Problem[] {
  if (model.behaviour.writeHooks || model.table.hasTriggers) return [];
  return [...fields].map((field) =>
    problem('NOT_NULL_VIOLATION', `Field "${field.name}" must have a value.`, field.name),
  );
}

/** Runs what may refuse the values (R17); null after a problem. */
function validated<T>(make: () => T, problems: Problem[]): T | null {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ModelFailure)) throw error;
    problems.push(problem(error.code, error.message, error.field));
    return null;
  }
}

// ── create ──

/** The values of a new object: all that the row carries (R11), through the model where it has a say (R15). */
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
  for (const { fields, key } of resolveReferences(instruction, context, null, null, problems))
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
  // A key that the row leaves out may come from the model's hooks; without any the database says so.
  if (missing.length > 0) problems.push(...notNullProblems(model, missing));
  return problems.some(isError) ? null : values;
}

function planCreate(instruction: Instruction, context: PlanContext, mapping: WorkingMapping | null): RowPlan {
  const { model, workingSet, options } = context;
  const problems = [...instruction.problems];
  const values = newValues(instruction, context, problems);
  if (!values) return failed(instruction, problems);
  const stored = columnValues<Canonical | undefined>();
  // A list that grows keeps room for many more.
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
  const links = planLinks(
    instruction,
    { object, changed: null, force: true, doomed: null },
    workingSet,
    options,
    problems,
  );
  if (problems.some(isError)) return failed(instruction, problems);
  const taken = violationsOf(workingSet, object, stored, null);
  if (taken.length > 0) return failed(instruction, [...instruction.problems, ...taken]);
  const mapped = planMapping(context, instruction.key, mapping, object);

  const unfound = unfoundNames(instruction, context);
  context.watch.take(model, object.values, null);
  workingSet.add(object);
  applyMapping(context, mapped);
  for (const link of links) link.apply();
  // What the object is found by may be stored otherwise: it is written first.
  const unfinished = unfound && mayStoreOtherwise(model) ? { instruction, unfound } : undefined;
  if (unfinished) workingSet.mustEnd = true;
  const toItself =
    unfound && !unfinished ? planItself(unfound, instruction.actions.force, context, object, problems) : null;
  const insert: Operation = { kind: 'insert', object, values };
  if (!toItself && !unfinished && links.length === 0)
    return rowPlan(instruction, 'CREATED', object, {
      problems,
      changes,
      operations: mapped ? [insert, mapped] : [insert],
    });
  const created = rowPlan(instruction, 'CREATED', object, {
    problems,
    changes: withItself([...changes, ...linkChanges(links)], toItself?.changes ?? []),
    alsoChanged: [...links.flatMap(({ related }) => related), ...(toItself?.related ?? [])],
    operations: [
      insert,
      ...(mapped ? [mapped] : []),
      ...links.flatMap((link) => link.operations),
      ...(toItself?.operations ?? []),
    ],
  });
  return unfinished ? { ...created, unfinished } : created;
}

// ── update ──

type Values = Readonly<Record<string, Canonical>>;

const NO_VALUES: Values = Object.freeze(columnValues<Canonical>());
const NO_CHANGES: readonly Change[] = [];
const NO_PROBLEMS: readonly Problem[] = [];

/** What a row changes of an object, most often nothing; of two values for a field the last one counts. */
class Changes {
  private changed: { readonly values: Record<string, Canonical>; readonly list: Change[] } | null = null;
  private readonly givenByColumn: Record<string, Canonical> | null;

  constructor(private readonly object: WorkingObject) {
    this.givenByColumn = object.model.behaviour.instances ? columnValues() : null;
  }

  get values(): Values {
    return this.changed?.values ?? NO_VALUES;
  }

  /** As the row gives them to the model (R17); nothing where that has no say. */
  get given(): Values {
    return this.givenByColumn ?? NO_VALUES;
  }

  get list(): readonly Change[] {
    return this.changed?.list ?? NO_CHANGES;
  }

  get size(): number {
    return this.list.length;
  }

  set(field: Field, value: Canonical, given: Canonical = value): void {
    const column = field.column.name;
    const before = currentValue(this.object, column);
    if (sameValue(before, value)) this.withdraw(field);
    else {
      const change = { field: field.name, before, after: value };
      const { values, list } = (this.changed ??= { values: columnValues(), list: [] });
      const place = list.findIndex((earlier) => earlier.field === field.name);
      list[place < 0 ? list.length : place] = change;
      values[column] = value;
      if (this.givenByColumn) this.givenByColumn[column] = given;
    }
  }

  private withdraw(field: Field): void {
    const place = this.changed?.list.findIndex((earlier) => earlier.field === field.name) ?? -1;
    if (!this.changed || place < 0) return;
    this.changed.list.splice(place, 1);
    for (const values of [this.changed.values, this.givenByColumn ?? {}])
      Reflect.deleteProperty(values, field.column.name);
  }
}

/** Unforced: only what is NULL or '' now (R12). */
const mayChange = (object: WorkingObject, field: Field, force: boolean): boolean =>
  force || isEmpty(currentValue(object, field.column.name));

/** Whether a field is none of the primary key, which is set on create only (R12). A forced update to another one is a problem. */
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

const unwritableProblem = (field: Field, value: Canonical, reason: string): Problem =>
  problem('INVALID_VALUE', `Cannot set field "${field.name}" to ${shown(value)}: ${reason}.`, field.name);

/** A field that cannot be written stays as it is (R46); false, and a problem where a row would change it. */
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

/** `''` stands for NULL (R14), but is also how an empty text is shown: sent back, it changes nothing (R46). */
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

function planUpdate(
  instruction: Instruction,
  context: PlanContext,
  mapping: WorkingMapping | null,
  object: WorkingObject,
  doomed: WorkingObject | null,
  conflict: readonly Problem[],
): RowPlan {
  const { model, workingSet, options } = context;
  const { force } = instruction.actions;
  const problems = [...instruction.problems, ...conflict];
  const changes = new Changes(object);
  const references = resolveReferences(instruction, context, object, doomed, problems);
  planFields(instruction, context, object, references, changes, problems);
  planReferences(instruction, context, object, references, changes, problems);
  const links = planLinks(
    instruction,
    { object, changed: changes.values, force, doomed },
    workingSet,
    options,
    problems,
  );
  if (changes.size > 0) {
    const cleared = model.fields.filter(({ column }) => !column.nullable && changes.values[column.name] === null);
    problems.push(...notNullProblems(model, cleared));
    if (model.behaviour.instances) validated(() => validatePatch(model, changes.given), problems);
  }
  if (problems.some(isError)) return failed(instruction, problems, object);
  const after = columnValues<Canonical | undefined>(object.values, changes.values);
  const taken = changes.size > 0 ? violationsOf(workingSet, object, after, changes.values, doomed) : NO_PROBLEMS;
  // As if the database had refused it: what else the row would have been told is lost with it.
  if (taken.length > 0) return failed(instruction, [...instruction.problems, ...taken]);

  const operations: Operation[] = [];
  if (doomed) operations.push(planDelete(context, doomed));
  const cascades = changesReferencedColumn(model, changes.values);
  if (changes.size > 0) {
    assertWritable(object);
    // What the database changes along (ON UPDATE CASCADE) can only be read back.
    if (cascades && context.dirty) throw new EndChunk();
    context.watch.release(object, changes.values);
    operations.push({ kind: 'update', object, values: changes.values, before: columnValues(object.values) });
  }
  const mapped = planMapping(context, instruction.key, mapping, object);
  if (doomed) applyDelete(context, doomed);
  if (changes.size > 0) {
    context.watch.take(model, after, changes.values);
    workingSet.assign(
      object,
      columnValues<Canonical | undefined>(changes.values, computedOnUpdate(model, changes.values)),
    );
    if (cascades) workingSet.mustEnd = true;
  }
  applyMapping(context, mapped);
  for (const link of links) link.apply();
  if (mapped) operations.push(mapped);
  const allChanges = links.length === 0 ? changes.list : [...changes.list, ...linkChanges(links)];
  return rowPlan(instruction, allChanges.length > 0 || doomed ? 'UPDATED' : 'UNCHANGED', object, {
    problems,
    changes: allChanges,
    alsoDeleted: doomed ? [writtenId(doomed)] : [],
    alsoChanged: links.flatMap(({ related }) => related),
    operations: links.length === 0 ? operations : [...operations, ...links.flatMap((link) => link.operations)],
  });
}

/** Whether other tables' foreign keys point to a column that changes. */
const changesReferencedColumn = (model: Model, changed: Readonly<Record<string, Canonical>>): boolean =>
  model.referencedBy.some(({ targetColumns }) => targetColumns.some((column) => column in changed));

/** Columns that the database changes by itself on an update: unknown until read again. */
function computedOnUpdate(model: Model, changed: Readonly<Record<string, Canonical>>): Record<string, undefined> {
  const computed = model.fields.filter(
    ({ column }) => (column.generated || column.changesOnUpdate) && !(column.name in changed),
  );
  const unknown = columnValues<undefined>();
  for (const { column } of computed) unknown[column.name] = undefined;
  return unknown;
}

// ── both ──

const describe = (object: WorkingObject): string => `${object.model.name} ${writtenId(object)}`;

/** R10: what becomes of a matched object other than the linked one. */
function conflictOf(
  instruction: Instruction,
  { options, workingSet }: PlanContext,
  linked: WorkingObject,
  matched: WorkingObject,
): { problems: Problem[]; doomed: WorkingObject | null } {
  const fails = options.onMatchConflict === 'FAIL';
  // Another record of the same source is never deleted.
  const isOpen = instruction.actions.force && !fails;
  const [otherKey = null] = isOpen ? workingSet.otherKeys(matched, instruction.key) : [];
  if (isOpen && otherKey === null) return { problems: [], doomed: matched };
  const owner = otherKey === null ? '' : ` (external key ${shown(otherKey)})`;
  const stays = fails ? '' : ` ${describe(matched)} stays.`;
  const message = `match_on finds ${describe(matched)}${owner}, but external key ${shown(instruction.key)} is linked to ${describe(linked)}.${stays}`;
  return { problems: [problem('MATCH_CONFLICT', message, 'match_on', fails ? 'ERROR' : 'WARNING')], doomed: null };
}

/** Keys that a message names. */
const MOST_KEYS = 3;

/** R18: the row's key is about to be linked to an object that other keys of its system are linked to; null where none are. */
function sharedKey({ workingSet, options }: PlanContext, key: string, object: WorkingObject): Problem | null {
  const others = workingSet.otherKeys(object, key);
  if (others.length === 0) return null;
  const named = others.slice(0, MOST_KEYS).map(shown).join(', ');
  const more = others.length > MOST_KEYS ? ` and ${others.length - MOST_KEYS} more` : '';
  return problem(
    'KEYS_SHARE_OBJECT',
    `External key ${shown(key)} finds ${describe(object)}, which is already linked to external key ${named}${more} of the same system. Check that match_on finds a different object for each record.`,
    'external_key',
    options.onMatchConflict === 'FAIL' ? 'ERROR' : 'WARNING',
  );
}

/** Why a row finds no object to update or to delete. */
export const notFound = (instruction: Instruction, model: Model, action: 'updated' | 'deleted'): string =>
  `Nothing was ${action}: ${
    instruction.match
      ? `no ${model.name} has ${describeMatch(instruction)}`
      : `external key ${shown(instruction.key)} is linked to no ${model.name}`
  }.`;

/** More than one matched object (R8); null where there is at most one. */
export function ambiguity(
  instruction: Instruction,
  { model }: PlanContext,
  matched: readonly WorkingObject[],
): Problem | null {
  if (matched.length < 2) return null;
  // In an order of their own, so that the same objects are told in the same words.
  const ids = matched
    .map(writtenId)
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .slice(0, 5);
  const more = matched.length > ids.length ? ' and more' : '';
  return problem(
    'MATCH_AMBIGUOUS',
    `More than one ${model.name} has ${describeMatch(instruction)}: ${ids.join(', ')}${more}. Match on more fields.`,
    'match_on',
  );
}

/** A row that creates, updates, or both (R10–R13). */
export function planWrite(instruction: Instruction, context: PlanContext): RowPlan {
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
    return planUpdate(instruction, context, mapping, object, conflict?.doomed ?? null, found);
  }
  const mapped = planMapping(context, key, mapping, object);
  applyMapping(context, mapped);
  return rowPlan(instruction, 'UNCHANGED', object, {
    operations: mapped ? [mapped] : [],
    problems: sharing ? [...instruction.problems, sharing] : instruction.problems,
  });
}

/** The relations that a chunk's rows set from the other side (R25). */
export const pointingRelations = (instruction: Instruction): Relation[] =>
  instruction.links.filter(({ relation }) => !relation.join).map(({ relation }) => relation);
