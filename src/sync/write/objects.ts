/** Writes objects of one model in bulk, or through Objection where the model has hooks. */
import type { Knex } from 'knex';
import type { Model as ObjectionModel, QueryContext } from 'objection';
import type { Binding, Dialect } from '../../database';
import {
  type Canonical,
  columnValuesOf,
  createInstance,
  type Model,
  patchInstance,
  readValue,
  sameValue,
  storedInstance,
} from '../../models';
import type { WorkingObject } from '../load/workingSet';

export interface WriteContext {
  readonly trx: Knex.Transaction;
  readonly dialect: Dialect;
  /** Whether rows of the chunk found objects by a column, so that a hook must not change it behind their backs. */
  readonly reliesOn: (model: Model, column: string) => boolean;
}

export interface ObjectInsert {
  readonly object: WorkingObject;
  readonly values: Readonly<Record<string, Canonical>>;
}

export interface ObjectUpdate {
  readonly object: WorkingObject;
  readonly values: Readonly<Record<string, Canonical>>;
  readonly before: Readonly<Record<string, Canonical | undefined>>;
}

/** What Objection hands to hooks, as far as a bulk statement can. */
const queryContext = (trx: Knex.Transaction): QueryContext => ({ transaction: trx });

const keyOf = (object: WorkingObject): Canonical[] =>
  object.model.idFields.map(({ column }) => object.values[column.name] ?? null);

/** Objection's notation of an id: an array where the key is composite. */
function objectionId(object: WorkingObject): never {
  const key = keyOf(object);
  return (key.length === 1 ? key[0] : key) as never;
}

const bindKey = (dialect: Dialect, object: WorkingObject): Binding[] =>
  object.model.idFields.map(({ column }) => dialect.bind(column.type, object.values[column.name]));

/** Takes over what a hook made of an object; true where rows relied on what was planned. */
function takeOver(
  { reliesOn }: WriteContext,
  object: WorkingObject,
  values: Readonly<Record<string, Canonical>>,
): boolean {
  let surprising = false;
  for (const [column, value] of Object.entries(values)) {
    const planned = object.values[column];
    surprising ||= planned !== undefined && !sameValue(planned, value) && reliesOn(object.model, column);
    object.values[column] = value;
  }
  return surprising;
}

/** Inserts the objects and fills in their keys; true where a hook changed what was planned. */
export async function insertObjects(
  context: WriteContext,
  model: Model,
  inserts: readonly ObjectInsert[],
): Promise<boolean> {
  const { trx, dialect } = context;
  const { behaviour } = model;
  const instances: (ObjectionModel | null)[] = [];
  let surprising = false;
  const rows: Readonly<Record<string, Canonical>>[] = [];
  for (const { object, values } of inserts) {
    if (!behaviour.writeHooks && !behaviour.oneByOne) {
      instances.push(null);
      rows.push(values);
      continue;
    }
    const instance = createInstance(model, values, []);
    if (behaviour.oneByOne) {
      const inserted = await model.objection.query(trx).insert(instance as never);
      surprising = takeOver(context, object, columnValuesOf(model, inserted)) || surprising;
      continue;
    }
    await instance.$beforeInsert(queryContext(trx));
    const hooked = columnValuesOf(model, instance);
    surprising = takeOver(context, object, hooked) || surprising;
    instances.push(instance);
    rows.push(hooked);
  }
  if (behaviour.oneByOne) return surprising;

  const used = model.fields.filter(({ column }) => rows.some((row) => column.name in row));
  const keyKnown = rows.every((row) =>
    model.idFields.every(({ column }) => row[column.name] !== undefined && row[column.name] !== null),
  );
  const returned = await dialect.insertRows(trx, {
    table: model.table.name,
    columns: used.map(({ column }) => column),
    rows: rows.map((row) =>
      used.map(({ column, initial }) => {
        // A default that is known is written out: rows of one shape go into one statement, and get their ids in row order.
        const value = row[column.name] ?? (column.name in row ? null : initial);
        return value === undefined ? undefined : dialect.bind(column.type, value);
      }),
    ),
    returning: keyKnown ? [] : model.idFields.map(({ column }) => column),
  });
  for (const [index, { object }] of inserts.entries()) {
    for (const { column } of model.idFields) {
      const raw = returned[index]?.[column.name];
      if (raw !== undefined) object.values[column.name] = readValue(column.type, raw);
    }
    const instance = instances[index];
    if (!instance) continue;
    instance.$set(propertiesOfKey(model, object));
    await instance.$afterInsert(queryContext(trx));
  }
  return surprising;
}

const propertiesOfKey = (model: Model, object: WorkingObject): object =>
  Object.fromEntries(model.idFields.map((field) => [field.name, object.values[field.column.name]]));

/** Updates the objects; true where a hook changed what was planned. */
export async function updateObjects(
  context: WriteContext,
  model: Model,
  updates: readonly ObjectUpdate[],
): Promise<boolean> {
  const { trx, dialect } = context;
  const { behaviour } = model;
  let surprising = false;
  const rows: {
    update: ObjectUpdate;
    values: Readonly<Record<string, Canonical>>;
    instance: ObjectionModel | null;
    old: ObjectionModel | null;
  }[] = [];
  for (const update of updates) {
    const { object, values, before } = update;
    if (!behaviour.writeHooks && !behaviour.oneByOne) {
      rows.push({ update, values, instance: null, old: null });
      continue;
    }
    const instance = patchInstance(model, values);
    if (behaviour.oneByOne) {
      await model.objection
        .query(trx)
        .findById(objectionId(object))
        .patch(instance as never);
      continue;
    }
    const old = storedInstance(model, before);
    await instance.$beforeUpdate({ patch: true, old }, queryContext(trx));
    const hooked = columnValuesOf(model, instance);
    surprising = takeOver(context, object, hooked) || surprising;
    rows.push({ update, values: hooked, instance, old });
  }
  if (rows.length === 0) return surprising;
  const columns = model.fields
    .map(({ column }) => column)
    .filter((column) => rows.some(({ values }) => column.name in values));
  await dialect.updateRows(trx, {
    table: model.table.name,
    keys: model.idFields.map(({ column }) => column),
    columns,
    rows: rows.map(({ update, values }) => ({
      key: bindKey(dialect, update.object),
      values: columns.map((column) =>
        column.name in values ? dialect.bind(column.type, values[column.name]) : undefined,
      ),
    })),
  });
  for (const { instance, old } of rows)
    if (instance) await instance.$afterUpdate({ patch: true, old } as never, queryContext(trx));
  return surprising;
}

export async function deleteObjects(
  { trx, dialect }: WriteContext,
  model: Model,
  objects: readonly WorkingObject[],
): Promise<void> {
  const { behaviour } = model;
  if (behaviour.oneByOne) {
    for (const object of objects) await model.objection.query(trx).deleteById(objectionId(object));
    return;
  }
  const instances = behaviour.writeHooks ? objects.map((object) => storedInstance(model, object.values)) : [];
  for (const instance of instances) await instance.$beforeDelete(queryContext(trx));
  const { sql, bindings } = dialect.tupleCondition(
    trx,
    model.idFields.map(({ column }) => column),
    objects.map((object) => bindKey(dialect, object)),
  );
  await trx(model.table.name)
    .whereRaw(sql, bindings as Knex.RawBinding[])
    .delete();
  for (const instance of instances) await instance.$afterDelete(queryContext(trx));
}
