/** The update after a create (R13) finds what the create could not: the object itself (R20, R24). */
import { columnValues, isEmpty, type Relation } from '../../models';
import { EndChunk, type WorkingObject } from '../load/workingObject';
import type { WorkingSet } from '../load/workingSet';
import type { Problem } from '../../problems';
import type { Instruction, ReferenceAssignment, Selector } from '../read/instruction';
import { behaviourOf } from '../relations';
import type { PlanContext } from './context';
import { type Change, LinkedIds, type Operation, type Unfound } from './operations';
import { type LinkPlan, NOTHING } from './references';

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
      if (!behaviourOf(relation).planItself || relation.related !== model) return [];
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

function planReference({ relation }: ReferenceAssignment, object: WorkingObject, force: boolean): LinkPlan {
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

/** Plans what a row that created its object does next because it names that object; null if it does not. */
export function planItself(
  { references, links }: Unfound,
  force: boolean,
  context: PlanContext,
  object: WorkingObject,
  problems: Problem[],
): Omit<LinkPlan, 'operations'> | null {
  const { workingSet } = context;
  const plans: LinkPlan[] = [];
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
    const plan = behaviourOf(relation).planItself;
    if (itself.length > 0 && plan) plans.push(plan(assignment, object, context));
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
