/** References: which object a row means, and what becomes of relations (R20–R25). */
import { type Canonical, columnValues, type Field, type JoinTable, objectIdOf, type Relation } from '../../models';
import { listed } from '../../wording';
import { EndChunk, type WorkingObject } from '../load/workingObject';
import type { WorkingSet } from '../load/workingSet';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';
import type { RelatedChange } from '../../records/outcomes';
import type { Sign } from '../read/columns';
import type { Selector } from '../read/instruction';
import { describeSelector } from './descriptions';
import type { Change, Operation, PlanOptions } from './operations';

/**
 * The one target of a reference; otherwise null, after a warning or an error as the options say (R21). `added`: what else
 * targets had to fulfil, for the message.
 */
export function onlyTarget(
  relation: Relation,
  selector: Selector,
  targets: readonly WorkingObject[],
  options: PlanOptions,
  problems: Problem[],
  added = '',
): WorkingObject | null {
  const [target] = targets;
  if (target && targets.length === 1) return target;
  const severity = options.onUnresolvedReference === 'FAIL' ? 'ERROR' : 'WARNING';
  const wanted = `${describeSelector(selector)}${added}`;
  problems.push(
    target
      ? problem(
          'REFERENCE_AMBIGUOUS',
          `Reference "${relation.name}" finds more than one ${wanted}.`,
          relation.name,
          severity,
        )
      : problem('REFERENCE_NOT_FOUND', `Reference "${relation.name}" finds no ${wanted}.`, relation.name, severity),
  );
  return null;
}

/** The name of the index of objects that point to others by a relation's related fields. */
export const pointingIndex = (relation: Relation): string => `pointing ${relation.model.name}.${relation.name}`;

export interface LinkPlan {
  readonly operations: readonly Operation[];
  readonly changes: readonly Change[];
  /** Objects on the other side. */
  readonly related: readonly RelatedChange[];
}

/** Of a row that changes no link. */
export const NOTHING: LinkPlan = { operations: [], changes: [], related: [] };

/** Whose relations a row sets. */
export interface LinkOwner {
  readonly object: WorkingObject;
  /** Values that the row changes with them; null: the object is new. */
  readonly changed: Readonly<Record<string, Canonical>> | null;
  readonly force: boolean;
}

export interface LinkTargets {
  readonly sign: Sign | null;
  readonly targets: readonly WorkingObject[];
}

/** Many-to-many: adds, removes or sets links, one after another (R24). An unforced set changes nothing where there are links already. */
export function planLinkSet(
  relation: Relation,
  join: JoinTable,
  assignments: readonly LinkTargets[],
  { object, force }: LinkOwner,
  workingSet: WorkingSet,
): LinkPlan {
  const current = workingSet.links.of(relation, object);
  const keys = new Map<string, readonly Canonical[]>(current);
  let next = new Set(current.keys());
  for (const { sign, targets } of assignments) {
    const wanted = targets.map((target) => {
      const key = target.tuple(relation.relatedFields);
      if (!key) throw new EndChunk();
      const name = workingSet.links.name(relation, key);
      if (!current.has(name)) keys.set(name, key);
      return name;
    });
    if (sign === '=' && (force || current.size === 0)) next = new Set(wanted);
    else if (sign === '+') for (const name of wanted) next.add(name);
    else if (sign === '-') for (const name of wanted) next.delete(name);
  }
  const removed = [...current.keys()].filter((name) => !next.has(name));
  const added = [...next].filter((name) => !current.has(name));
  if (removed.length === 0 && added.length === 0) return NOTHING;
  const keyOf = (name: string): readonly Canonical[] => keys.get(name) ?? [];
  const operation =
    (kind: 'addLink' | 'removeLink') =>
    (name: string): Operation => ({ kind, relation, join, object, key: keyOf(name) });
  return {
    operations: [...removed.map(operation('removeLink')), ...added.map(operation('addLink'))],
    changes: [
      {
        field: relation.name,
        before: removed.map((name) => objectIdOf(keyOf(name))),
        after: added.map((name) => objectIdOf(keyOf(name))),
      },
    ],
    // Where links are by key, the key is the other object's id.
    related: isLinkedById(relation)
      ? [...removed, ...added].map((name) => ({ model: relation.related.name, objectId: objectIdOf(keyOf(name)) }))
      : [],
  };
}

/** Whether the keys of a relation's links are the ids of the other objects. */
export const isLinkedById = ({ relatedFields, related }: Relation): boolean =>
  relatedFields.every((field, index) => related.idFields[index] === field);

/** The key of an object does not change (R12). */
export const keyProblem = (object: WorkingObject, field: Field, value: unknown): Problem =>
  problem(
    'INVALID_VALUE',
    `Cannot change the primary key "${field.name}" of ${object.model.name} ${object.id} to ${shown(value)}.`,
    field.name,
  );

/** The other side of a foreign key: points the found objects here; unforced only where none does yet (R25). */
export function planPointing(
  relation: Relation,
  targets: readonly WorkingObject[],
  { object, changed, force }: LinkOwner,
  workingSet: WorkingSet,
  problems: Problem[],
): LinkPlan {
  const fields = relation.relatedFields;
  if (targets.length === 0) return NOTHING;
  const key = relation.ownFields.map((field) => {
    const { name } = field.column;
    const value = changed && name in changed ? changed[name] : object.values[name];
    if (value === undefined && !object.isNew) throw new EndChunk();
    // Of a new object only the key is known once it is written.
    return value === undefined && !object.model.idFields.includes(field) ? null : value;
  });
  if (key.includes(null)) {
    problems.push(
      problem(
        'REFERENCE_NOT_FOUND',
        `Cannot set relation "${relation.name}": ${listed(relation.ownFields.map(({ name }) => shown(name)))} of the ${object.model.name} is empty.`,
        relation.name,
      ),
    );
    return NOTHING;
  }
  const known = key.includes(undefined) ? null : (key as Canonical[]);
  if (!force && known && workingSet.indexes.findLoaded(relation.related, pointingIndex(relation), known).length > 0)
    return NOTHING;
  const fixed = fields.find((field) => relation.related.idFields.includes(field));
  // Primary keys do not change (R12).
  if (fixed && !force) return NOTHING;
  const moving = targets.filter((target) =>
    fields.some(({ column }, index) => !known || target.values[column.name] !== known[index]),
  );
  if (fixed)
    for (const target of moving) problems.push(keyProblem(target, fixed, known?.[fields.indexOf(fixed)] ?? null));
  if (moving.some((target) => target.touched)) throw new EndChunk();
  if (moving.length === 0 || problems.some(({ severity }) => severity === 'ERROR')) return NOTHING;
  const values = columnValues<Canonical | undefined>();
  fields.forEach(({ column }, index) => (values[column.name] = known?.[index]));
  // A key that this row makes or changes is written before what points to it.
  const late = !known || relation.ownFields.some(({ column }) => changed !== null && column.name in changed);
  return {
    operations: moving.map((target): Operation => ({
      kind: 'update',
      object: target,
      values: late ? columnValues() : (values as Record<string, Canonical>),
      before: columnValues(target.values),
      pointsTo: late ? { relation, target: object } : undefined,
    })),
    changes: [{ field: relation.name, before: [], after: moving.map((target) => target.id) }],
    related: moving.flatMap(({ model, id }) => (id === null ? [] : [{ model: model.name, objectId: id }])),
  };
}

/** One change for each relation, also where a row both adds and removes. */
export function linkChanges(plans: readonly LinkPlan[]): Change[] {
  if (plans.length === 0) return [];
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
