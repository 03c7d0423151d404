/** Carries out a plan's operations in bulk, with a few statements for any number of operations. */
import type { ColumnInfo, Dialect } from '../../database';
import { type Canonical, columnValues, type Model, type ModelCatalog } from '../../models';
import {
  deleteMappings,
  deleteMappingsOfKeys,
  deleteMappingsOfObjects,
  insertMappings,
  repointMappings,
} from '../../records/mappings';
import type { WorkingObject } from '../load/workingObject';
import { linkKey, type Operation } from '../plan/operations';
import { yieldToEventLoop } from '../../eventLoop';
import { deleteCascadedMappings } from './cascades';
import { deleteRows } from './deleteRows';
import { assertDeferredKeys } from './deferredKeys';
import { assertNoForwardKeys } from './forwardKeys';
import type { KeyWatch } from './keyWatch';
import { writeMerges } from './merge';
import { parkUniqueValues } from './parking';
import { readBack } from './stored';
import { deleteObjects, insertObjects, type ObjectUpdate, updateObjects, type WriteContext } from './objects';

export interface ChunkWriteContext extends WriteContext {
  readonly catalog: ModelCatalog;
  readonly systemId: number;
  /** The time of the chunk, in ISO 8601. */
  readonly now: string;
  /** Keys that the chunk has mapped so far, by model. The ids of these mappings are not known. */
  readonly mapped: Map<string, Set<string>>;
  /** Null until a run has failed for a key that none of its rows touches. */
  readonly keyWatch: KeyWatch | null;
  /** Takes writes whose answers nothing waits for, until the end of the transaction. Without it, chunks wait for them. */
  readonly later?: (write: Promise<void>) => void;
}

type OfKind<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

const ofKind = <K extends Operation['kind']>(operations: readonly Operation[], ...kinds: K[]): OfKind<K>[] =>
  operations.filter((operation): operation is OfKind<K> => kinds.includes(operation.kind as K));

function byModel<T extends { readonly object: WorkingObject }>(items: readonly T[]): Map<Model, T[]> {
  const groups = new Map<Model, T[]>();
  for (const item of items) {
    const group = groups.get(item.object.model);
    if (group) group.push(item);
    else groups.set(item.object.model, [item]);
  }
  return groups;
}

/** The columns that take another object's key, with the key, which is known by now. */
export function pointedValues({ pointsTo }: OfKind<'update'>): Record<string, Canonical> {
  if (!pointsTo) return {};
  const { relation, target } = pointsTo;
  const key = target.tuple(relation.kind.targetFields(relation)) ?? [];
  return Object.fromEntries(
    relation.kind.keyFields(relation).map(({ column }, index) => [column.name, key[index] ?? null]),
  );
}

async function writeDeletes(context: ChunkWriteContext, operations: readonly Operation[]): Promise<void> {
  const { trx, dialect, catalog } = context;
  for (const [model, deletes] of byModel(ofKind(operations, 'delete'))) {
    const objects = deletes.map(({ object }) => object);
    await deleteCascadedMappings(
      trx,
      dialect,
      catalog,
      model,
      objects.map(({ values }) => values),
    );
    await deleteObjects(context, model, objects);
    await deleteMappings(
      trx,
      dialect,
      deletes.flatMap(({ mappingId }) => mappingId ?? []),
    );
    await deleteMappingsOfObjects(
      trx,
      dialect,
      model.name,
      deletes.flatMap(({ object, mappingId }) => (mappingId === null ? (object.id ?? []) : [])),
    );
  }
}

/**
 * Joins the updates of each object. A row may change its object and also point it to itself from the other side of a
 * relation.
 */
function joined(updates: readonly ObjectUpdate[]): readonly ObjectUpdate[] {
  const byObject = new Map<WorkingObject, ObjectUpdate>();
  for (const update of updates) {
    const { object, values } = update;
    const earlier = byObject.get(object);
    byObject.set(object, earlier ? { ...earlier, values: columnValues(earlier.values, values) } : update);
  }
  return byObject.size === updates.length ? updates : [...byObject.values()];
}

async function writeUpdates(context: ChunkWriteContext, updates: readonly ObjectUpdate[]): Promise<boolean> {
  let changedByHook = false;
  for (const [model, group] of byModel(joined(updates))) {
    await parkUniqueValues(context, model, group);
    changedByHook = (await updateObjects(context, model, group)) || changedByHook;
  }
  return changedByHook;
}

type LinkOperation = OfKind<'addLink' | 'removeLink'>;

/** A link's values in the order of the columns. Both sides of the relation use this order. */
function linkTuple(operation: LinkOperation, columns: readonly ColumnInfo[], dialect: Dialect) {
  const { object, relation, join } = operation;
  const values = [...(object.tuple(relation.ownFields) ?? []), ...linkKey(operation)];
  const own = [...join.ownColumns, ...join.relatedColumns];
  return columns.map((column) =>
    dialect.bind(column.type, values[own.findIndex(({ name }) => name === column.name)] ?? null),
  );
}

async function writeLinks({ trx, dialect }: ChunkWriteContext, operations: readonly Operation[]): Promise<void> {
  const byTable = new Map<string, LinkOperation[]>();
  for (const operation of ofKind(operations, 'addLink', 'removeLink')) {
    const group = byTable.get(operation.join.table);
    if (group) group.push(operation);
    else byTable.set(operation.join.table, [operation]);
  }
  for (const [table, group] of byTable) {
    const [{ join } = { join: null }] = group;
    const columns = join ? [...join.ownColumns, ...join.relatedColumns] : [];
    // An addition and a later removal of the same link cancel each other, and vice versa.
    const last = new Map<
      string,
      { kind: LinkOperation['kind']; tuple: ReturnType<typeof linkTuple>; first: LinkOperation['kind'] }
    >();
    for (const operation of group) {
      const tuple = linkTuple(operation, columns, dialect);
      const name = JSON.stringify(tuple.map(String));
      last.set(name, { kind: operation.kind, tuple, first: last.get(name)?.first ?? operation.kind });
    }
    const net = [...last.values()].filter(({ kind, first }) => kind === first);
    const removed = net.filter(({ kind }) => kind === 'removeLink').map(({ tuple }) => tuple);
    const added = net.filter(({ kind }) => kind === 'addLink').map(({ tuple }) => tuple);
    if (removed.length > 0) await deleteRows(trx, dialect, table, columns, removed);
    if (added.length > 0)
      await dialect.insertRows(trx, {
        table,
        columns,
        values: columns.map((_, index) => added.map((tuple) => tuple[index])),
        count: added.length,
        returning: [],
      });
  }
}

async function writeMappings(
  { trx, dialect, systemId, now, mapped }: ChunkWriteContext,
  operations: readonly Operation[],
): Promise<void> {
  const removed: string[] = [];
  const last = new Map<string, OfKind<'setMapping'>>();
  const replaced = new Map<string, string[]>();
  for (const operation of ofKind(operations, 'setMapping', 'removeMapping')) {
    const { model, key, rowId } = operation;
    const name = JSON.stringify([model.name, key]);
    if (operation.kind === 'setMapping') last.set(name, operation);
    else {
      last.delete(name);
      if (rowId !== null) removed.push(rowId);
    }
    if (mapped.get(model.name)?.delete(key)) replaced.set(model.name, [...(replaced.get(model.name) ?? []), key]);
  }
  const set = [...last.values()]
    .filter(({ object }) => !object.deleted)
    .map(({ model, key, rowId, object }) => ({ model: model.name, key, id: rowId, objectId: object.id ?? '' }));
  const added = set.filter(({ id }) => id === null);
  await deleteMappings(trx, dialect, removed);
  for (const [model, keys] of replaced) await deleteMappingsOfKeys(trx, dialect, systemId, model, keys);
  await repointMappings(
    trx,
    dialect,
    set.flatMap(({ id, objectId }) => (id === null ? [] : [{ id, objectId }])),
    now,
  );
  for (const { model, key } of added) {
    const keys = mapped.get(model);
    if (keys) keys.add(key);
    else mapped.set(model, new Set([key]));
  }
  await insertMappings(trx, dialect, systemId, added, now);
}

/**
 * Writes the operations of a plan. Deletes and updates come before inserts, so that unique values are freed before they
 * are taken. `objectsKnown` is called once all ids are known, while the database writes the rest. Returns true if a
 * hook changed values that later rows of the chunk may have relied on.
 */
export async function writeOperations(
  context: ChunkWriteContext,
  operations: readonly Operation[],
  objectsKnown: () => void,
): Promise<boolean> {
  await writeMerges(context, ofKind(operations, 'merge'));
  await writeDeletes(context, operations);
  const deletes = ofKind(operations, 'delete');
  // R10, R34: an object that others point to is not deleted, even if the row then points them elsewhere.
  if (deletes.length > 0 && deletes.length < operations.length)
    await assertDeferredKeys(context.trx, context.dialect, context.catalog, deletes);
  const updates = ofKind(operations, 'update');
  let changedByHook = await writeUpdates(
    context,
    updates.filter(({ pointsTo }) => !pointsTo),
  );
  for (const [model, inserts] of byModel(ofKind(operations, 'insert')))
    changedByHook = (await insertObjects(context, model, inserts)) || changedByHook;
  const late = updates
    .filter(({ pointsTo }) => pointsTo)
    .map((update) => ({ ...update, values: columnValues(update.values, pointedValues(update)) }));
  // R13, R34: the foreign keys that a create sets must hold before the row's update points the object to itself.
  const toThemselves = new Set(late.flatMap(({ object, pointsTo }) => (pointsTo?.target === object ? [object] : [])));
  if (toThemselves.size > 0)
    await assertDeferredKeys(
      context.trx,
      context.dialect,
      context.catalog,
      ofKind(operations, 'insert').filter(({ object }) => toThemselves.has(object)),
    );
  changedByHook = (await writeUpdates(context, late)) || changedByHook;
  await writeLinks(context, operations);
  await readBack(context.trx, context.dialect, operations);
  assertNoForwardKeys(context.catalog, operations);
  await assertDeferredKeys(context.trx, context.dialect, context.catalog, operations);
  await context.keyWatch?.assertNoneBroken(context.trx);
  const mappings = writeMappings(context, operations);
  mappings.catch(() => undefined);
  await yieldToEventLoop();
  objectsKnown();
  if (context.later) context.later(mappings);
  else await mappings;
  return changedByHook;
}
