/** A join table: a row adds, removes or sets links of its object (R24). */
import type { ColumnInfo } from '../../database';
import { type Field, joinOf, type Model, type Relation } from '../../models';
import { type ColumnEquality, type EachValue, equalityAmong } from '../load/equality';
import type { Tuple } from '../load/workingObject';
import { isObject } from '../../jsonValues';
import { planLinkSet } from '../plan/references';
import type { Problem } from '../../problems';
import { isLinkOperator, spreadElements, type SpreadLinks, spreadOperators } from '../read/inlineRelations';
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

  plan: (relation, assignments, owner, workingSet) =>
    planLinkSet(relation, joinOf(relation), assignments, owner, workingSet),
};
