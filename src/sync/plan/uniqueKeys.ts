/**
 * Unique values that another object has (R17). The database refuses them anyway; a chunk that it has refused is loaded
 * with the objects that hold the values its rows would write, so that all rows in conflict fail without being written.
 */
import type { UniqueKey } from '../../database';
import type { Canonical, Field, Model } from '../../models';
import type { WorkingObject, WorkingSet } from '../load/workingSet';
import { type Problem, PROBLEM_SEVERITY, shown } from '../problems';

/** A unique key over columns, by its fields. */
export interface LookedUpKey {
  /** Of the index of objects that hold values of the key. */
  readonly index: string;
  readonly fields: readonly Field[];
}

type Values = Readonly<Record<string, Canonical | undefined>>;

const keysByModel = new WeakMap<Model, readonly LookedUpKey[]>();

function fieldsOf(model: Model, { columns }: Pick<UniqueKey, 'columns'>): readonly Field[] {
  const fields = (columns ?? []).map((name) => model.fields.find(({ column }) => column.name === name));
  return fields.filter((field) => field !== undefined);
}

/** Keys whose holders can be looked up; none where a hook or a trigger may change what a row writes. */
export function lookedUpKeys(model: Model): readonly LookedUpKey[] {
  const known = keysByModel.get(model);
  if (known) return known;
  const { behaviour, table, uniqueKeys } = model;
  const isFree = behaviour.writeHooks || behaviour.oneByOne || table.hasTriggers;
  const ofColumns = uniqueKeys
    .map((key) => ({ index: `unique ${key.name}`, columns: key.columns, fields: fieldsOf(model, key) }))
    .filter(({ columns, fields }) => columns !== null && fields.length === columns.length);
  // A key that is the row's id has no index of its own on SQLite.
  const hasPrimary = ofColumns.some(({ columns }) => columns?.join() === table.primaryKey.join());
  const primary = { index: 'unique primary key', fields: model.idFields };
  const keys = isFree ? [] : hasPrimary || model.idFields.length === 0 ? ofColumns : [...ofColumns, primary];
  keysByModel.set(model, keys);
  return keys;
}

/** A key's values; null where one is NULL, which collides with nothing, or is left to the database. */
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
  const values = tuple.map(shown).join(', ');
  return {
    code: 'UNIQUE_VIOLATION',
    severity: PROBLEM_SEVERITY.UNIQUE_VIOLATION,
    field: names,
    // Read when the outcome is recorded: the holder may be an object that this chunk creates.
    get message() {
      return `${holder.model.name} ${holder.id ?? ''} has the unique ${names} ${values} already.`;
    },
  };
}

/** One problem per key whose values another object holds. `changed`: the columns that an update changes; null: the object is new. */
export function takenKeys(
  workingSet: WorkingSet,
  object: WorkingObject,
  values: Values,
  changed: Values | null,
  deleted: WorkingObject | null = null,
): Problem[] {
  const { model } = object;
  const problems: Problem[] = [];
  for (const key of lookedUpKeys(model)) {
    if (!workingSet.hasIndex(model, key.index)) continue;
    if (changed && !key.fields.some(({ column }) => column.name in changed)) continue;
    const tuple = keyValues(key, values);
    const holder = tuple && workingSet.holder(model, key.index, tuple, [object, deleted]);
    if (holder) problems.push(taken(key.fields, tuple, holder));
  }
  return problems;
}
