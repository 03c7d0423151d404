/** A join table: a row adds, removes or sets links of its object (R24). */
import type { ColumnInfo } from '../../database';
import { type Field, joinOf, type Model, objectIdOf, type Relation } from '../../models';
import { type ColumnEquality, type EachValue, equalityAmong } from '../load/equality';
import { EndChunk, type Tuple, type WorkingObject } from '../load/workingObject';
import type { WorkingSet } from '../load/workingSet';
import { isObject } from '../../jsonValues';
import type { PlanContext } from '../plan/context';
import { LinkedIds, type Operation } from '../plan/operations';
import { type LinkOwner, type LinkPlan, type LinkTargets, NOTHING } from '../plan/references';
import type { Problem } from '../../problems';
import { isLinkOperator, spreadElements, type SpreadLinks, spreadOperators } from '../read/inlineRelations';
import type { LinkAssignment } from '../read/instruction';
import type { RelationBehaviour, RelationLoader } from './behaviour';
import { linksOfColumns, linksOfObjects } from './readLinks';

/** A relation to one takes the one object without an operator, too. */
function spreadLinks(relation: Relation, value: unknown, problems: Problem[]): readonly SpreadLinks[] | null {
  if (relation.kind.isMany || !isObject(value) || Object.keys(value).some(isLinkOperator))
    return spreadOperators(relation, value, problems);
  const elements = spreadElements(relation, value, '=', problems);
  return elements && [{ sign: '=', elements }];
}

/** How columns of a join table compare keys of a relation's side, among the values that may meet there. */
async function keyEqualities(
  columns: readonly ColumnInfo[],
  fields: readonly Field[],
  keys: readonly Tuple[],
  model: Model,
  loader: RelationLoader,
): Promise<ColumnEquality[]> {
  const { reader, workingSet } = loader;
  const equalities: ColumnEquality[] = [];
  for (const [index, column] of columns.entries()) {
    const field = fields[index];
    const eachValue: EachValue = (tell) => {
      for (const key of keys) tell(key[index]);
      if (!field) return;
      for (const { values } of workingSet.objectsOf(model)) tell(values[field.column.name]);
      loader.lookups.eachAssigned(model, field, tell);
    };
    equalities.push(await equalityAmong({ column }, eachValue, (...asked) => reader.classify(...asked)));
  }
  return equalities;
}

/** Whether the keys of a relation's links are the ids of the other objects. */
const isLinkedById = ({ relatedFields, related }: Relation): boolean =>
  relatedFields.every((field, index) => related.idFields[index] === field);

/** Objects on the other side of links, if the keys of the links name them. */
const relatedBy = (relation: Relation, ids: readonly string[]): LinkPlan['related'] =>
  isLinkedById(relation) ? ids.map((objectId) => ({ model: relation.related.name, objectId })) : [];

/** Adds, removes or sets links, one assignment after another (R24). An unforced set changes nothing if there are links already. */
function planLinkSet(
  relation: Relation,
  assignments: readonly LinkTargets[],
  { object, force }: LinkOwner,
  workingSet: WorkingSet,
): LinkPlan {
  const join = joinOf(relation);
  const current = workingSet.links.of(relation, object);
  const keys = new Map<string, Tuple>(current);
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
  const keyOf = (name: string): Tuple => keys.get(name) ?? [];
  const removed = [...current.keys()].filter((name) => !next.has(name)).map(keyOf);
  const added = [...next].filter((name) => !current.has(name)).map(keyOf);
  if (removed.length === 0 && added.length === 0) return NOTHING;
  const operation =
    (kind: 'addLink' | 'removeLink') =>
    (key: Tuple): Operation => ({ kind, relation, join, object, key });
  const [before, after] = [removed.map(objectIdOf), added.map(objectIdOf)];
  return {
    operations: [...removed.map(operation('removeLink')), ...added.map(operation('addLink'))],
    changes: [{ field: relation.name, before, after }],
    related: relatedBy(relation, [...before, ...after]),
  };
}

/** Keys of the other objects of a set (`=`) that the create left alone; null if one of them is not found. */
function othersOfSet(
  { relation, selectors }: LinkAssignment,
  workingSet: WorkingSet,
  object: WorkingObject,
): readonly Tuple[] | null {
  // Another set of the same row has been carried out.
  if (workingSet.links.of(relation, object).size > 0) return null;
  const keys = new Map<string, Tuple>();
  for (const selector of selectors) {
    const [target, ...others] = workingSet.select(selector);
    if (!target || others.length > 0) return null;
    const key = target.tuple(relation.relatedFields);
    if (target !== object && !key) throw new EndChunk();
    if (target !== object && key) keys.set(workingSet.links.name(relation, key), key);
  }
  return [...keys.values()];
}

/** Links an object to itself, and to the others of its set. */
function planItself(assignment: LinkAssignment, object: WorkingObject, context: PlanContext): LinkPlan {
  const { relation, sign } = assignment;
  const join = joinOf(relation);
  const others = sign === '=' ? loadedOthers(assignment, object, context) : [];
  if (sign === '-' || !others) return NOTHING;
  const ids = others.map(objectIdOf);
  return {
    operations: [...others, object].map((key) => ({ kind: 'addLink', relation, join, object, key })),
    changes: [{ field: relation.name, before: [], after: new LinkedIds(ids, object, relation) }],
    related: relatedBy(relation, ids),
  };
}

function loadedOthers(
  assignment: LinkAssignment,
  object: WorkingObject,
  { workingSet, rows }: PlanContext,
): readonly Tuple[] | null {
  try {
    return othersOfSet(assignment, workingSet, object);
  } catch (error) {
    // Of the first row of a chunk everything is loaded but what leads through the object itself.
    if (error instanceof EndChunk && rows === 0) return null;
    throw error;
  }
}

export const manyToMany: RelationBehaviour = {
  readInline(relation, _, value, said, reader, problems) {
    if (value === null) {
      said.links.push({ relation, sign: '=', selectors: [] });
      return;
    }
    for (const spread of spreadLinks(relation, value, problems) ?? []) {
      const links = linksOfObjects(relation, spread, reader, problems);
      if (links) said.links.push(links);
    }
  },

  readReference: () => null,
  readLinks: (relation, paths, reader, problems) =>
    linksOfColumns(relation, paths, relation.kind.isMany ? undefined : '=', reader, problems),

  async load(relation, rows, loader) {
    const { ownFields, relatedFields, model, related } = relation;
    const { ownColumns, relatedColumns } = joinOf(relation);
    const candidates = loader.candidates(rows);
    const tuples = candidates.flatMap((object) => {
      const tuple = object.tuple(ownFields);
      return tuple ? [tuple] : [];
    });
    const found = await loader.reader.links(relation, tuples);
    const owners = found.map(({ owner }) => owner);
    const ownEqualities = await keyEqualities(ownColumns, ownFields, owners, model, loader);
    const ownerName = (key: Tuple): string =>
      JSON.stringify(key.map((value, index) => ownEqualities[index]?.key(value) ?? null));
    const byOwner = new Map<string, Tuple[]>();
    for (const { owner, related: key } of found) {
      const keys = byOwner.get(ownerName(owner));
      if (keys) keys.push(key);
      else byOwner.set(ownerName(owner), [key]);
    }
    const relatedKeys = found.map((link) => link.related);
    const relatedEqualities = await keyEqualities(relatedColumns, relatedFields, relatedKeys, related, loader);
    loader.workingSet.links.loadEqualities(relation, relatedEqualities);
    for (const object of candidates) {
      const tuple = object.tuple(ownFields);
      loader.workingSet.links.load(relation, object, (tuple && byOwner.get(ownerName(tuple))) ?? []);
    }
  },

  plan: planLinkSet,
  planItself,
};
