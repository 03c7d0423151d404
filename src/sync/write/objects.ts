/** Writes objects of one model in bulk, or through Objection if the model has hooks. */
import type { Knex } from 'knex';
import type { Model as ObjectionModel, QueryContext } from 'objection';
import { assertWritten, type Binding, type Dialect } from '../../database';
import {
  type Canonical,
  columnValues,
  inHook,
  type Model,
  ModelFailure,
  readValue,
  sameValue,
  storedInstance,
  writtenValuesOf,
} from '../../models';
import type { WorkingObject } from '../load/workingObject';
import { deleteRows } from './deleteRows';
import type { CountedKeys, Values } from './countedKeys';

export interface WriteContext {
  readonly trx: Knex.Transaction;
  readonly dialect: Dialect;
  /** Whether rows of the chunk found objects by a column. A hook must then not change the column unnoticed. */
  readonly reliesOn: (model: Model, column: string) => boolean;
  readonly countedKeys: CountedKeys;
}

interface ObjectInsert {
  readonly object: WorkingObject;
  readonly values: Readonly<Record<string, Canonical>>;
}

export interface ObjectUpdate {
  readonly object: WorkingObject;
  readonly values: Readonly<Record<string, Canonical>>;
  readonly before: Readonly<Record<string, Canonical | undefined>>;
}

/** The context that Objection passes to hooks, as far as a bulk statement can supply it. */
const queryContext = (trx: Knex.Transaction): QueryContext => ({ transaction: trx });

const keyOf = (object: WorkingObject): Canonical[] =>
  object.model.idFields.map(({ column }) => object.values[column.name] ?? null);

/** An id as Objection expects it: an array if the key is composite. */
function objectionId(object: WorkingObject): never {
  const key = keyOf(object);
  return (key.length === 1 ? key[0] : key) as never;
}

const bindKey = (dialect: Dialect, object: WorkingObject): Binding[] =>
  object.model.idFields.map(({ column }) => dialect.bind(column.type, object.values[column.name]));

/** Takes over the values that a hook has set. Returns true if rows relied on a planned value that changed. */
function takeOver(
  { reliesOn }: WriteContext,
  object: WorkingObject,
  values: Readonly<Record<string, Canonical>>,
): boolean {
  let changedByHook = false;
  for (const [column, value] of Object.entries(values)) {
    const planned = object.values[column];
    changedByHook ||= planned !== undefined && !sameValue(planned, value) && reliesOn(object.model, column);
    object.values[column] = value;
  }
  return changedByHook;
}

/** Runs a hook. An error fails the row, unless it comes from the database. */
const runHook = ({ dialect }: WriteContext, run: () => unknown): Promise<void> =>
  inHook(run, (error) => dialect.explainFailure(error) !== null);

/** Values as the driver expects them, for models that write each object themselves. */
function boundValues({ dialect }: WriteContext, model: Model, values: Readonly<Record<string, Canonical>>) {
  const bound = columnValues<Canonical>();
  for (const { column } of model.fields)
    if (column.name in values) bound[column.name] = dialect.bind(column.type, values[column.name]) as Canonical;
  return bound;
}

/** Inserts one object through its model, whose static hooks or `query()` may change the insert. */
async function insertOne(context: WriteContext, model: Model, insert: ObjectInsert): Promise<void> {
  const { trx, dialect, countedKeys } = context;
  const { object } = insert;
  const [values = insert.values] = await countedKeys.number(trx, model, [insert.values]);
  const instance = storedInstance(model, boundValues(context, model, values));
  await runHook(context, async () => {
    const query = model.objection.query(trx).insert(instance as never);
    const inserted = await (dialect.supportsReturning ? query.returning(model.idFields.map(({ column }) => column.name)) : query); // prettier-ignore
    for (const { column, name } of model.idFields) {
      const raw = (inserted as unknown as Record<string, unknown>)[name];
      const isKnown = dialect.supportsReturning || column.autoIncrement || column.name in values;
      if (isKnown && raw !== undefined) object.values[column.name] = readValue(column.type, raw);
    }
  });
  countedKeys.note(model, [values]);
}

/** Throws if an object has no key: it was not inserted, or cannot be found again. */
function assertKnown(model: Model, object: WorkingObject): void {
  if (object.id !== null) return;
  const fields = model.idFields.map(({ name }) => name).join(', ');
  throw new ModelFailure('INVALID_VALUE', `The database returned no "${fields}" for the new ${model.name}.`, fields);
}

/** Inserts rows that set the same counted columns. Returns the key columns that the database has set, per row. */
function insertValues({ trx, dialect }: WriteContext, model: Model, rows: readonly Values[]) {
  const used = model.fields.filter(({ column }) => rows.some((row) => column.name in row));
  const keyKnown = rows.every((row) =>
    model.idFields.every(({ column }) => row[column.name] !== undefined && row[column.name] !== null),
  );
  const { name: table, hasTriggers, overridesConflicts } = model.table;
  return dialect.insertRows(trx, {
    table,
    overridesConflicts,
    columns: used.map(({ column }) => column),
    values: used.map(({ column: { name, type }, initial }) =>
      rows.map((row) => {
        // Known defaults are written explicitly, so that rows of one shape fit one statement and get ids in row order.
        const value = row[name] ?? (name in row ? null : initial);
        return value === undefined ? undefined : dialect.bind(type, value);
      }),
    ),
    count: rows.length,
    returning: keyKnown && !hasTriggers ? [] : model.idFields.map(({ column }) => column),
  });
}

/** Inserts rows and fills in the keys of their objects. */
async function insertAll(
  context: WriteContext,
  model: Model,
  objects: readonly WorkingObject[],
  rows: readonly Values[],
): Promise<void> {
  const { trx, countedKeys } = context;
  let place = 0;
  for (const part of countedKeys.split(model, rows)) {
    const numbered = await countedKeys.number(trx, model, part);
    const returned = await insertValues(context, model, numbered);
    countedKeys.note(model, numbered);
    for (const [index, row] of numbered.entries()) {
      const object = objects[place];
      place += 1;
      for (const { column } of model.idFields) {
        const raw = returned[index]?.[column.name];
        const value = raw === undefined ? row[column.name] : readValue(column.type, raw);
        if (object && value !== undefined) object.values[column.name] = value;
      }
    }
  }
}

/** Inserts the objects and fills in their keys. Returns true if a hook changed planned values that rows relied on. */
export async function insertObjects(
  context: WriteContext,
  model: Model,
  inserts: readonly ObjectInsert[],
): Promise<boolean> {
  const { trx } = context;
  const { behaviour } = model;
  if (behaviour.oneByOne) {
    for (const insert of inserts) {
      await insertOne(context, model, insert);
      assertKnown(model, insert.object);
    }
    return false;
  }
  let changedByHook = false;
  const instances: (ObjectionModel | null)[] = [];
  const rows: Values[] = [];
  for (const { object, values } of inserts) {
    if (!behaviour.writeHooks) {
      rows.push(values);
      continue;
    }
    const instance = storedInstance(model, values);
    await runHook(context, () => instance.$beforeInsert(queryContext(trx)));
    const hooked = writtenValuesOf(model, instance);
    changedByHook = takeOver(context, object, hooked) || changedByHook;
    instances.push(instance);
    rows.push(hooked);
  }
  await insertAll(
    context,
    model,
    inserts.map(({ object }) => object),
    rows,
  );
  for (const [index, { object }] of inserts.entries()) {
    assertKnown(model, object);
    const instance = instances[index];
    if (!instance) continue;
    instance.$set(propertiesOfKey(model, object));
    await runHook(context, () => instance.$afterInsert(queryContext(trx)));
  }
  return changedByHook;
}

const propertiesOfKey = (model: Model, object: WorkingObject): object =>
  Object.fromEntries(model.idFields.map((field) => [field.name, object.values[field.column.name]]));

/** Updates the objects. Returns true if a hook changed planned values that rows relied on. */
export async function updateObjects(
  context: WriteContext,
  model: Model,
  updates: readonly ObjectUpdate[],
): Promise<boolean> {
  const { trx, dialect, countedKeys } = context;
  const { behaviour } = model;
  if (behaviour.oneByOne) {
    for (const { object, values } of updates) {
      const patch = storedInstance(model, boundValues(context, model, values));
      await runHook(context, async () => {
        const query = model.objection.query(trx).findById(objectionId(object));
        assertWritten(await query.patch(patch as never), 1);
      });
    }
    return false;
  }
  let changedByHook = false;
  const rows: {
    update: ObjectUpdate;
    values: Readonly<Record<string, Canonical>>;
    instance: ObjectionModel | null;
    old: ObjectionModel | null;
  }[] = [];
  for (const update of updates) {
    const { object, values, before } = update;
    if (!behaviour.writeHooks) {
      rows.push({ update, values, instance: null, old: null });
      continue;
    }
    const instance = storedInstance(model, values);
    const old = storedInstance(model, before);
    await runHook(context, () => instance.$beforeUpdate({ patch: true, old }, queryContext(trx)));
    const hooked = writtenValuesOf(model, instance);
    changedByHook = takeOver(context, object, hooked) || changedByHook;
    rows.push({ update, values: hooked, instance, old });
  }
  const columns = model.fields
    .map(({ column }) => column)
    .filter((column) => rows.some(({ values }) => column.name in values));
  await dialect.updateRows(trx, {
    table: model.table.name,
    overridesConflicts: model.table.overridesConflicts,
    keys: model.idFields.map(({ column }) => column),
    keyValues: model.idFields.map(({ column }) =>
      rows.map(({ update }) => dialect.bind(column.type, update.object.values[column.name])),
    ),
    columns,
    values: columns.map(({ name, type }) =>
      rows.map(({ values }) => (name in values ? dialect.bind(type, values[name]) : undefined)),
    ),
    count: rows.length,
  });
  countedKeys.note(model, rows.map(({ values }) => values)); // prettier-ignore
  for (const { instance, old } of rows)
    if (instance) await runHook(context, () => instance.$afterUpdate({ patch: true, old } as never, queryContext(trx)));
  return changedByHook;
}

export async function deleteObjects(
  context: WriteContext,
  model: Model,
  objects: readonly WorkingObject[],
): Promise<void> {
  const { trx, dialect } = context;
  const { behaviour } = model;
  if (behaviour.oneByOne) {
    for (const object of objects)
      await runHook(context, () => model.objection.query(trx).deleteById(objectionId(object)));
    return;
  }
  const instances = behaviour.writeHooks ? objects.map((object) => storedInstance(model, object.values)) : [];
  for (const instance of instances) await runHook(context, () => instance.$beforeDelete(queryContext(trx)));
  await deleteRows(
    trx,
    dialect,
    model.table.name,
    model.idFields.map(({ column }) => column),
    objects.map((object) => bindKey(dialect, object)),
  );
  for (const instance of instances) await runHook(context, () => instance.$afterDelete(queryContext(trx)));
}
