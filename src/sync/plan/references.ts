/** References: which object a row means, and what becomes of relations (R20–R25). */
import { type Canonical, isEmpty, objectIdOf, type Relation } from '../../models';
import { EndChunk, type WorkingObject, type WorkingSet } from '../load/workingSet';
import { type Problem, problem, shown } from '../problems';
import type { Instruction, LinkAssignment, ReferenceAssignment, Selector } from '../read/instruction';
import type { Change, Operation, PlanOptions } from './operations';

/** "Person with first_name "Bruce" and last_name "Wayne"". */
export function describeSelector(selector: Selector): string {
  const terms = [
    ...selector.fields.map((field, index) => `${field.name} ${shown(selector.values[index])}`),
    ...selector.keys.map(
      ({ system, key }) => `the external key ${shown(key)}${system === null ? '' : ` in ${system}`}`,
    ),
    ...selector.related.map(({ relation, selector: sub }) => `${relation.name} ${describeSelector(sub)}`),
  ];
  return `${selector.model.name} with ${terms.join(' and ') || 'the given value'}`;
}

/** The one target of a selector; otherwise null, after a warning or an error as the options say (R21). */
export function resolveTarget(
  relation: Relation,
  selector: Selector,
  workingSet: WorkingSet,
  options: PlanOptions,
  problems: Problem[],
  doomed: WorkingObject | null = null,
): WorkingObject | null {
  const targets = workingSet.select(selector).filter((target) => target !== doomed);
  const [target] = targets;
  if (target && targets.length === 1) return target;
  const severity = options.onUnresolvedReference === 'FAIL' ? 'ERROR' : 'WARNING';
  problems.push(
    target
      ? problem(
          'REFERENCE_AMBIGUOUS',
          `Reference "${relation.name}": more than one ${describeSelector(selector)}.`,
          relation.name,
          severity,
        )
      : problem(
          'REFERENCE_NOT_FOUND',
          `Reference "${relation.name}": no ${describeSelector(selector)}.`,
          relation.name,
          severity,
        ),
  );
  return null;
}

/** What a reference sets its columns to; null where they stay as they are. */
export function referenceValues(
  { relation, selector }: ReferenceAssignment,
  workingSet: WorkingSet,
  options: PlanOptions,
  problems: Problem[],
  doomed: WorkingObject | null,
): Canonical[] | null {
  if (!selector) return relation.ownFields.map(() => null);
  const target = resolveTarget(relation, selector, workingSet, options, problems, doomed);
  if (!target) return null;
  const key = target.tuple(relation.relatedFields);
  // Made by this chunk: its key is not known before it is written.
  if (!key && target.isNew) throw new EndChunk();
  return key;
}

/** The name of the index of objects that point to others by a relation's related fields. */
export const pointingIndex = (relation: Relation): string => `pointing ${relation.model.name}.${relation.name}`;

export interface LinkPlan {
  readonly operations: readonly Operation[];
  readonly changes: readonly Change[];
  /** Carries the plan into the working set. */
  readonly apply: () => void;
}

const NOTHING: LinkPlan = { operations: [], changes: [], apply: () => undefined };

/** Many-to-many: adds, removes or sets links (R24). An unforced set changes nothing where there are links already. */
function planLinkSet(
  assignment: LinkAssignment,
  targets: readonly (readonly Canonical[])[],
  object: WorkingObject,
  force: boolean,
  workingSet: WorkingSet,
): LinkPlan {
  const { relation, sign } = assignment;
  const { join } = relation;
  if (!join) return NOTHING;
  const current = workingSet.links(relation, object);
  const wanted = new Map(targets.map((key) => [JSON.stringify(key), key]));
  if (sign === '=' && !force && current.size > 0) return NOTHING;
  const removed = sign === '+' ? [] : [...current].filter((key) => (sign === '=' ? !wanted.has(key) : wanted.has(key)));
  const added = sign === '-' ? [] : [...wanted.keys()].filter((key) => !current.has(key));
  if (removed.length === 0 && added.length === 0) return NOTHING;
  const keyOf = (text: string): readonly Canonical[] => wanted.get(text) ?? (JSON.parse(text) as Canonical[]);
  const operation =
    (kind: 'addLink' | 'removeLink') =>
    (text: string): Operation => ({ kind, relation, join, object, key: keyOf(text) });
  return {
    operations: [...removed.map(operation('removeLink')), ...added.map(operation('addLink'))],
    changes: [
      {
        field: relation.name,
        before: removed.map((text) => objectIdOf(keyOf(text))),
        after: added.map((text) => objectIdOf(keyOf(text))),
      },
    ],
    apply: () => {
      object.involved = true;
      for (const key of removed) current.delete(key);
      for (const key of added) current.add(key);
    },
  };
}

/** The other side of a foreign key: points the found objects here; unforced only where none does yet (R25). */
function planPointing(
  relation: Relation,
  targets: readonly WorkingObject[],
  object: WorkingObject,
  force: boolean,
  workingSet: WorkingSet,
): LinkPlan {
  const key = object.tuple(relation.ownFields);
  if (!force && key && workingSet.findBy(relation.related, pointingIndex(relation), key).length > 0) return NOTHING;
  const columns = relation.relatedFields.map((field) => field.column.name);
  const moving = targets.filter(
    (target) => !key || columns.some((column, index) => target.values[column] !== key[index]),
  );
  if (moving.some((target) => target.touched)) throw new EndChunk();
  if (moving.length === 0) return NOTHING;
  const values = Object.fromEntries(columns.map((column, index) => [column, key?.[index]]));
  return {
    operations: moving.map((target): Operation => ({
      kind: 'update',
      object: target,
      values: key ? (values as Record<string, Canonical>) : {},
      before: { ...target.values },
      pointsTo: key ? undefined : { relation, target: object },
    })),
    changes: [{ field: relation.name, before: [], after: moving.map((target) => target.id) }],
    apply: () => {
      for (const target of moving) workingSet.assign(target, values);
      if (!key) workingSet.mustEnd = true;
    },
  };
}

/** What a row's relations to many come to for its object; problems are added. */
export function planLinks(
  instruction: Instruction,
  object: WorkingObject,
  force: boolean,
  workingSet: WorkingSet,
  options: PlanOptions,
  problems: Problem[],
): LinkPlan[] {
  return instruction.links.map((assignment) => {
    const { relation, sign, selectors } = assignment;
    const found = selectors.map((selector) => resolveTarget(relation, selector, workingSet, options, problems));
    const targets = found.filter((target) => target !== null);
    // A set of which one is not found stays as it was: half a set was never meant.
    if (sign === '=' && targets.length < found.length) return NOTHING;
    if (!relation.join) return planPointing(relation, targets, object, force, workingSet);
    const keys = targets.map((target) => {
      const key = target.tuple(relation.relatedFields);
      if (!key) throw new EndChunk();
      return key;
    });
    return planLinkSet(assignment, keys, object, force, workingSet);
  });
}

/** One change for each relation, also where a row both adds and removes. */
export function linkChanges(plans: readonly LinkPlan[]): Change[] {
  const changes = new Map<string, Change>();
  for (const change of plans.flatMap((link) => link.changes)) {
    const earlier = changes.get(change.field);
    const both = (key: 'before' | 'after'): Canonical => [
      ...((earlier?.[key] ?? []) as Canonical[]),
      ...(change[key] as Canonical[]),
    ];
    changes.set(change.field, { field: change.field, before: both('before'), after: both('after') });
  }
  return [...changes.values()];
}

/** Whether none of a reference's columns is set, so that an unforced update may set it (R21). */
export function isUnset(relation: Relation, object: WorkingObject): boolean {
  return relation.ownFields.every((field) => {
    const value = object.values[field.column.name];
    if (value === undefined) throw new EndChunk();
    return isEmpty(value);
  });
}
