/** The update after a create (R13) finds what the create could not: the object itself (R20, R24). */
import { type Canonical, columnValues, isEmpty, type JoinTable, objectIdOf, type Relation } from '../../models';
import type { RelatedChange } from '../../records/outcomes';
import { EndChunk, type WorkingObject } from '../load/workingObject';
import type { WorkingSet } from '../load/workingSet';
import type { Problem } from '../../problems';
import type { Instruction, LinkAssignment, ReferenceAssignment, Selector } from '../read/instruction';
import type { PlanContext } from './context';
import { type Change, LinkedIds, type Operation, type Unfound } from './operations';
import { isLinkedById } from './references';

interface ItselfPlan {
  readonly changes: readonly Change[];
  /** Other objects that come with it into a set. */
  readonly related: readonly RelatedChange[];
}

interface StepPlan extends ItselfPlan {
  readonly operations: readonly Operation[];
}

const NOTHING: StepPlan = { operations: [], changes: [], related: [] };

const isUnfound = (selector: Selector, workingSet: WorkingSet): boolean => workingSet.select(selector).length === 0;

/** Null if the create finds all that the row names, or if no update comes after it. */
export function unfoundNames(
  { actions, references, links }: Instruction,
  { model, workingSet }: PlanContext,
): Unfound | null {
  if (!actions.update || references.length + links.length === 0) return null;
  const unfound = {
    references: references.filter(
      ({ relation, selector }) => relation.related === model && selector && isUnfound(selector, workingSet),
    ),
    links: links.flatMap((assignment) => {
      const { relation, selectors } = assignment;
      if (!relation.join || relation.related !== model) return [];
      const found = selectors.filter((selector) => isUnfound(selector, workingSet));
      return found.length > 0 ? [{ ...assignment, unfound: found }] : [];
    }),
  };
  return unfound.references.length + unfound.links.length > 0 ? unfound : null;
}

/** Whether a link may be found by a reference that is only set once the object exists. */
export const mayLeadThroughItself = ({ references, links }: Unfound): boolean =>
  references.length > 0 && links.some(({ unfound }) => unfound.some((selector) => selector.references.length > 0));

/** Whether a selector now finds the object and no other. */
function findsItself(selector: Selector, workingSet: WorkingSet, object: WorkingObject): boolean {
  try {
    const [target, ...others] = workingSet.select(selector);
    return target === object && others.length === 0;
  } catch (error) {
    // Nothing that was loaded leads to it over several hops.
    if (error instanceof EndChunk) return false;
    throw error;
  }
}

/** Takes back the warning that the create gave. */
function withdrawWarning(relation: Relation, problems: Problem[]): void {
  const place = problems.findIndex(({ code, field }) => code === 'REFERENCE_NOT_FOUND' && field === relation.name);
  if (place >= 0) problems.splice(place, 1);
}

function planReference({ relation }: ReferenceAssignment, object: WorkingObject, force: boolean): StepPlan {
  // The create may have taken the field's value (R27).
  const isUnset = relation.ownFields.every(({ column }) => isEmpty(object.values[column.name] ?? null));
  if (!force && !isUnset) return NOTHING;
  return {
    operations: [
      {
        kind: 'update',
        object,
        values: {},
        before: columnValues(object.values),
        pointsTo: { relation, target: object },
      },
    ],
    changes: relation.ownFields.map((field) => ({ field: field.name, before: null, after: object })),
    related: [],
  };
}

/** Keys of the other objects of a set (`=`) that the create left alone; null if one of them is not found. */
function othersOfSet(assignment: LinkAssignment, context: PlanContext, object: WorkingObject): Keys | null {
  try {
    return keysOfSet(assignment, context.workingSet, object);
  } catch (error) {
    // Of the first row of a chunk everything is loaded but what leads through the object itself.
    if (error instanceof EndChunk && context.rows === 0) return null;
    throw error;
  }
}

type Keys = readonly (readonly Canonical[])[];

function keysOfSet(
  { relation, selectors }: LinkAssignment,
  workingSet: WorkingSet,
  object: WorkingObject,
): Keys | null {
  // Another set of the same row has been carried out.
  if (workingSet.links.of(relation, object).size > 0) return null;
  const keys = new Map<string, readonly Canonical[]>();
  for (const selector of selectors) {
    const [target, ...others] = workingSet.select(selector);
    if (!target || others.length > 0) return null;
    const key = target.tuple(relation.relatedFields);
    if (target !== object && !key) throw new EndChunk();
    if (target !== object && key) keys.set(workingSet.links.name(relation, key), key);
  }
  return [...keys.values()];
}

function planLinks(assignment: LinkAssignment, join: JoinTable, context: PlanContext, object: WorkingObject): StepPlan {
  const { relation, sign } = assignment;
  const others = sign === '=' ? othersOfSet(assignment, context, object) : [];
  if (sign === '-' || !others) return NOTHING;
  const ids = others.map(objectIdOf);
  return {
    operations: [...others, object].map((key) => ({ kind: 'addLink', relation, join, object, key })),
    changes: [{ field: relation.name, before: [], after: new LinkedIds(ids, object, relation) }],
    related: isLinkedById(relation) ? ids.map((objectId) => ({ model: relation.related.name, objectId })) : [],
  };
}

/** Plans what a row that created its object does next because it names that object; null if it does not. */
export function planItself(
  { references, links }: Unfound,
  force: boolean,
  context: PlanContext,
  object: WorkingObject,
  problems: Problem[],
): ItselfPlan | null {
  const { workingSet } = context;
  const plans: StepPlan[] = [];
  for (const reference of references) {
    const { relation, selector } = reference;
    if (!selector || !findsItself(selector, workingSet, object)) continue;
    withdrawWarning(relation, problems);
    plans.push(planReference(reference, object, force));
  }
  for (const { unfound, ...assignment } of links) {
    const { relation } = assignment;
    const itself = unfound.filter((selector) => findsItself(selector, workingSet, object));
    for (let count = 0; count < itself.length; count += 1) withdrawWarning(relation, problems);
    if (itself.length > 0 && relation.join) plans.push(planLinks(assignment, relation.join, context, object));
  }
  if (plans.length === 0) return null;
  for (const operation of withoutRepeatedLinks(plans.flatMap(({ operations }) => operations))) context.apply(operation);
  // The rows after it must read what its own key has become.
  workingSet.mustEnd = true;
  return {
    changes: plans.flatMap(({ changes }) => changes),
    related: plans.flatMap(({ related }) => related),
  };
}

/** A link of an object to itself is the same from both sides of its relation. */
function withoutRepeatedLinks(operations: readonly Operation[]): readonly Operation[] {
  const tables = new Set<string>();
  return operations.filter((operation) => {
    if (operation.kind !== 'addLink' || operation.key !== operation.object) return true;
    const isFirst = !tables.has(operation.join.table);
    tables.add(operation.join.table);
    return isFirst;
  });
}

/** What the create and the update after it have changed, one change a field. */
export function withItself(changes: readonly Change[], later: readonly Change[]): Change[] {
  const joined = new Map(changes.map((change) => [change.field, change]));
  for (const change of later) {
    const { after } = change;
    const earlier = joined.get(change.field)?.after;
    const others = Array.isArray(earlier) ? (earlier as string[]) : [];
    joined.set(
      change.field,
      after instanceof LinkedIds
        ? { ...change, after: new LinkedIds([...others, ...after.others], after.object, after.relation) }
        : change,
    );
  }
  return [...joined.values()];
}
