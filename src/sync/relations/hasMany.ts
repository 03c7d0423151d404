/** The other side of a foreign key: a row points other objects to its own (R25). */
import { type Canonical, columnValues, type Relation } from '../../models';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';
import { listed } from '../../wording';
import { EndChunk, type Tuple, type WorkingObject } from '../load/workingObject';
import type { WorkingSet } from '../load/workingSet';
import type { Operation } from '../plan/operations';
import { keyProblem, type LinkOwner, type LinkPlan, NOTHING } from '../plan/references';
import { spreadElements } from '../read/inlineRelations';
import type { RelationBehaviour } from './behaviour';
import { linksOfColumns, linksOfObjects } from './readLinks';

/** The name of the index of objects that point to others by a relation's related fields. */
const pointingIndex = (relation: Relation): string => `pointing ${relation.model.name}.${relation.name}`;

/** The values of an object that others point to. Undefined: the database fills them in when the object is created. */
function pointedKey({ ownFields }: Relation, { object, changed }: LinkOwner): (Canonical | undefined)[] {
  return ownFields.map((field) => {
    const { name } = field.column;
    const value = changed && name in changed ? changed[name] : object.values[name];
    if (value === undefined && !object.isNew) throw new EndChunk();
    // Of a new object only the key is known once it is written.
    return value === undefined && !object.model.idFields.includes(field) ? null : value;
  });
}

/** Objects whose foreign key has to change. */
function movingAmong(
  { relatedFields }: Relation,
  targets: readonly WorkingObject[],
  key: readonly Canonical[] | null,
): WorkingObject[] {
  return targets.filter((target) =>
    relatedFields.some(({ column }, index) => !key || target.values[column.name] !== key[index]),
  );
}

/** `key`: null if it is not known before the object is written. */
function pointingPlan(
  relation: Relation,
  moving: readonly WorkingObject[],
  key: readonly Canonical[] | null,
  { object, changed }: LinkOwner,
): LinkPlan {
  // A key that this row makes or changes is written before what points to it.
  const isLate = !key || relation.ownFields.some(({ column }) => changed !== null && column.name in changed);
  const values = columnValues<Canonical>();
  if (!isLate) relation.relatedFields.forEach(({ column }, index) => (values[column.name] = key[index] ?? null));
  return {
    operations: moving.map((target): Operation => ({
      kind: 'update',
      object: target,
      values,
      before: columnValues(target.values),
      pointsTo: isLate ? { relation, target: object } : undefined,
    })),
    changes: [{ field: relation.name, before: [], after: moving.map((target) => target.id) }],
    related: moving.flatMap(({ model, id }) => (id === null ? [] : [{ model: model.name, objectId: id }])),
  };
}

/** Points the found objects here; unforced, only if no object points here yet (R25). */
function planPointing(
  relation: Relation,
  targets: readonly WorkingObject[],
  owner: LinkOwner,
  workingSet: WorkingSet,
  problems: Problem[],
): LinkPlan {
  if (targets.length === 0) return NOTHING;
  const { related, relatedFields, ownFields } = relation;
  const { force, object } = owner;
  const given = pointedKey(relation, owner);
  if (given.includes(null)) {
    problems.push(
      problem(
        'REFERENCE_NOT_FOUND',
        `Cannot set relation "${relation.name}": ${listed(ownFields.map(({ name }) => shown(name)))} of the ${object.model.name} is empty.`,
        relation.name,
      ),
    );
    return NOTHING;
  }
  const key = given.includes(undefined) ? null : (given as Canonical[]);
  if (!force && key && workingSet.indexes.findLoaded(related, pointingIndex(relation), key).length > 0) return NOTHING;
  const fixed = relatedFields.find((field) => related.idFields.includes(field));
  // Primary keys do not change (R12).
  if (fixed && !force) return NOTHING;
  const moving = movingAmong(relation, targets, key);
  if (fixed)
    for (const target of moving) problems.push(keyProblem(target, fixed, key?.[relatedFields.indexOf(fixed)] ?? null));
  if (moving.some((target) => target.touched)) throw new EndChunk();
  if (moving.length === 0 || problems.some(({ severity }) => severity === 'ERROR')) return NOTHING;
  return pointingPlan(relation, moving, key, owner);
}

export const hasMany: RelationBehaviour = {
  readInline(relation, _, value, said, reader, problems) {
    const elements = value === null ? null : spreadElements(relation, value, null, problems);
    const links = elements && linksOfObjects(relation, { sign: null, elements }, reader, problems);
    if (links) said.links.push(links);
  },

  readReference: () => null,
  readLinks: (relation, paths, reader, problems) => linksOfColumns(relation, paths, null, reader, problems),

  async load(relation, rows, loader) {
    const { ownFields, relatedFields, related } = relation;
    const tuples: Tuple[] = [];
    for (const object of loader.candidates(rows)) {
      const tuple = object.tuple(ownFields);
      if (tuple) tuples.push(tuple);
    }
    // What others are to point to may be filled in by the row itself.
    for (const { assignments } of rows) {
      const given = ownFields.map((own) => assignments.find(({ field }) => field === own)?.value ?? null);
      if (!given.includes(null)) tuples.push(given);
    }
    await loader.lookups.index(pointingIndex(relation), related, relatedFields, tuples);
  },

  plan: (relation, assignments, owner, workingSet, problems) =>
    planPointing(relation, [...new Set(assignments.flatMap(({ targets }) => targets))], owner, workingSet, problems),
  planItself: null,
};
