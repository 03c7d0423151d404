/**
 * Unique values that another object has, and foreign keys without a target (R17). The database would refuse them
 * anyway. A refused chunk is loaded again with the objects that decide, so that all rows in conflict fail without being
 * written.
 */
import type { UniqueKey } from '../../database';
import { type Canonical, type Field, mayStoreOtherwise, type Model, referencesOf, type Relation } from '../../models';
import type { Tuple, WorkingObject } from '../load/workingObject';
import type { WorkingSet } from '../load/workingSet';
import { type Problem, problem, PROBLEMS } from '../../problems';
import { namedValues } from './descriptions';

/** Fields whose values can be in conflict. */
export interface LookedUpKey {
  /** The name of the index of objects with such values. */
  readonly index: string;
  readonly fields: readonly Field[];
}

type Values = Readonly<Record<string, Canonical | undefined>>;

const keysByModel = new WeakMap<Model, readonly LookedUpKey[]>();

function fieldsOf(model: Model, { columns }: Pick<UniqueKey, 'columns'>): readonly Field[] {
  const fields = (columns ?? []).map((name) => model.fields.find(({ column }) => column.name === name));
  return fields.filter((field) => field !== undefined);
}

/** Unique keys whose holders can be looked up. */
export function lookedUpKeys(model: Model): readonly LookedUpKey[] {
  const known = keysByModel.get(model);
  if (known) return known;
  const { table, uniqueKeys } = model;
  const ofColumns = uniqueKeys
    .map((key) => ({ index: `unique ${key.name}`, columns: key.columns, fields: fieldsOf(model, key) }))
    .filter(({ columns, fields }) => columns !== null && fields.length === columns.length);
  // On SQLite, a primary key that is the row id has no index of its own.
  const hasPrimary = ofColumns.some(({ columns }) => columns?.join() === table.primaryKey.join());
  const primary = { index: 'unique primary key', fields: model.idFields };
  const keys = mayStoreOtherwise(model)
    ? []
    : hasPrimary || model.idFields.length === 0
      ? ofColumns
      : [...ofColumns, primary];
  keysByModel.set(model, keys);
  return keys;
}

/** A foreign key of the database to another model. */
interface LookedUpTarget extends LookedUpKey {
  readonly relation: Relation;
}

const sameColumns = (fields: readonly Field[], columns: readonly string[]): boolean =>
  fields.length === columns.length && fields.every(({ column }, index) => column.name === columns[index]);

/** Foreign keys whose targets can be looked up. Rows of this chunk do not create such targets. */
export function lookedUpTargets(model: Model): readonly LookedUpTarget[] {
  if (mayStoreOtherwise(model)) return [];
  return referencesOf(model).flatMap((relation) => {
    const { related, ownFields, relatedFields, name } = relation;
    if (related.table.name === model.table.name) return [];
    const isKey = related.referencedBy.some(
      ({ table, columns, targetColumns }) =>
        table === model.table.name && sameColumns(ownFields, columns) && sameColumns(relatedFields, targetColumns),
    );
    return isKey ? [{ index: `target of ${model.name}.${name}`, fields: ownFields, relation }] : [];
  });
}

/** A key's values; null if the database will compute one, or if one is NULL, which conflicts with nothing. */
export function keyValues({ fields }: LookedUpKey, values: Values): readonly Canonical[] | null {
  const tuple: Canonical[] = [];
  for (const { column } of fields) {
    const value = values[column.name];
    if (value === undefined || value === null) return null;
    tuple.push(value);
  }
  return tuple;
}

function taken(fields: readonly Field[], tuple: readonly Canonical[], holder: WorkingObject): Problem {
  const names = fields.map(({ name }) => name).join(', ');
  return {
    code: 'UNIQUE_VIOLATION',
    severity: PROBLEMS.UNIQUE_VIOLATION.severity,
    field: names,
    // The message is composed when the outcome is recorded, because this chunk may create the holder.
    get message() {
      return `${holder.model.name} ${holder.id ?? ''} already has ${namedValues(fields, tuple)}, which must be unique.`;
    },
  };
}

function pointsNowhere({ fields, relation }: LookedUpTarget, tuple: readonly Canonical[]): Problem {
  const names = fields.map(({ name }) => name).join(', ');
  const message = `There is no ${relation.related.name} with ${namedValues(relation.relatedFields, tuple)}.`;
  return problem('FOREIGN_KEY_VIOLATION', message, names);
}

const NONE_LEAVING: ReadonlySet<WorkingObject> = new Set();

/** The conflicts of an object's values. */
export interface Violations {
  /** One per key in conflict. */
  readonly problems: readonly Problem[];
  /** The objects that hold the unique values; null if there are other conflicts too. */
  readonly holders: readonly WorkingObject[] | null;
  /** False if the object's values were not all known when the chunk was loaded. There may be further conflicts. */
  readonly areAll: boolean;
}

/**
 * The conflicts of an object's values (R17).
 * `changed`: the columns that an update changes; null for a new object.
 * `leaving`: objects that are about to give up their values (R17b).
 */
export function violationsOf(
  workingSet: WorkingSet,
  object: WorkingObject,
  values: Values,
  changed: Values | null,
  leaving: ReadonlySet<WorkingObject> = NONE_LEAVING,
): Violations {
  const { model } = object;
  const holders: WorkingObject[] = [];
  const problems: Problem[] = [];
  let areAll = true;
  /** The objects that have the key's values; null if that is not known, or if the values are in no conflict. */
  const found = (of: Model, key: LookedUpKey): { tuple: Tuple; objects: readonly WorkingObject[] } | null => {
    const names = key.fields.map(({ column }) => column.name);
    if (changed && !names.some((name) => name in changed)) return null;
    const tuple = keyValues(key, values);
    // An earlier row of the chunk wrote the object, and the database computes its values.
    if (!tuple && changed) areAll &&= names.every((name) => values[name] !== undefined);
    if (!tuple) return null;
    const objects = workingSet.indexes.find(of, key.index, tuple);
    areAll &&= objects !== undefined;
    return objects ? { tuple, objects } : null;
  };
  for (const key of lookedUpKeys(model)) {
    const { tuple, objects = [] } = found(model, key) ?? {};
    const holder = objects.find((other) => other !== object && !leaving.has(other));
    if (!tuple || !holder) continue;
    problems.push(taken(key.fields, tuple, holder));
    holders.push(holder);
  }
  for (const key of lookedUpTargets(model)) {
    const { tuple, objects } = found(key.relation.related, key) ?? {};
    if (tuple && objects?.length === 0) problems.push(pointsNowhere(key, tuple));
  }
  return { problems, holders: problems.length > holders.length ? null : holders, areAll };
}
