/**
 * Foreign keys that the database checks only at the commit, when the failing row is no longer known (R34). They are
 * checked after the operations of a chunk. Other databases check after each statement, because a sync's transaction is
 * set up so.
 */
import type { Knex } from 'knex';
import type { Binding, ColumnInfo, Dialect, ForeignKey } from '../../database';
import type { Model, ModelCatalog } from '../../models';
import type { WorkingObject } from '../load/workingObject';
import { linkKey, type Operation } from '../plan/operations';

/** Thrown if a row points to an object that does not exist. */
export class BrokenForeignKey extends Error {
  constructor(readonly key: ForeignKey) {
    super(`the foreign key ${key.name} is broken`);
  }
}

/** Rows of a key's table that may point to nothing. */
interface Suspects {
  readonly columns: readonly ColumnInfo[];
  readonly tuples: readonly (readonly Binding[])[];
}

const writesAny = (operation: Extract<Operation, { kind: 'update' }>, names: readonly string[]): boolean =>
  operation.pointsTo !== undefined || names.some((name) => name in operation.values);

/** Objects of the key's own table that a chunk has written. */
function writtenObjects({ columns }: ForeignKey, operations: readonly Operation[], model: Model): WorkingObject[] {
  return operations.flatMap((operation) => {
    if (operation.kind !== 'insert' && operation.kind !== 'update') return [];
    const { object } = operation;
    if (object.model !== model || object.deleted) return [];
    return operation.kind === 'insert' || writesAny(operation, columns) ? [object] : [];
  });
}

/** Former values of the key's target columns, of objects that were deleted or changed. */
function goneTargets({ targetTable, targetColumns }: ForeignKey, operations: readonly Operation[]) {
  return operations.flatMap((operation) => {
    if (operation.kind !== 'delete' && operation.kind !== 'update') return [];
    if (operation.object.model.table.name !== targetTable) return [];
    if (operation.kind === 'update' && !writesAny(operation, targetColumns)) return [];
    const values = operation.kind === 'delete' ? operation.object.values : operation.before;
    return [targetColumns.map((column) => values[column])];
  });
}

/** Links that a chunk has created in the key's table. */
function createdLinks({ table }: ForeignKey, operations: readonly Operation[], dialect: Dialect): Suspects[] {
  return operations.flatMap((operation) => {
    if (operation.kind !== 'addLink' || operation.join.table !== table) return [];
    const { join, object, relation } = operation;
    const columns = [...join.ownColumns, ...join.relatedColumns];
    const values = [...(object.tuple(relation.ownFields) ?? []), ...linkKey(operation)];
    return [{ columns, tuples: [columns.map(({ type }, index) => dialect.bind(type, values[index] ?? null))] }];
  });
}

const merged = (all: readonly Suspects[]): Suspects[] => {
  const [first] = all;
  return first ? [{ columns: first.columns, tuples: all.flatMap(({ tuples }) => tuples) }] : [];
};

function suspectsOf(
  key: ForeignKey,
  operations: readonly Operation[],
  { models }: ModelCatalog,
  dialect: Dialect,
): Suspects[] {
  const model = models.find(({ table }) => table.name === key.table);
  const suspects = merged(createdLinks(key, operations, dialect));
  if (!model) return suspects;
  const own = writtenObjects(key, operations, model);
  const ids = model.idFields.map(({ column }) => column);
  if (own.length > 0)
    suspects.push({ columns: ids, tuples: own.map(({ values }) => ids.map(({ name, type }) => dialect.bind(type, values[name]))) }); // prettier-ignore
  const gone = goneTargets(key, operations).filter((tuple) => !tuple.includes(null) && !tuple.includes(undefined));
  const pointing = key.columns.flatMap((name) => model.table.columns.find((column) => column.name === name) ?? []);
  if (gone.length > 0 && pointing.length === key.columns.length)
    suspects.push({ columns: pointing, tuples: gone.map((tuple) => pointing.map(({ type }, index) => dialect.bind(type, tuple[index]))) }); // prettier-ignore
  return suspects;
}

async function pointsToNothing(trx: Knex, dialect: Dialect, key: ForeignKey, suspects: Suspects): Promise<boolean> {
  const { sql, bindings } = dialect.tupleCondition(trx, suspects.columns, suspects.tuples);
  const named = (table: string, columns: readonly string[]): string[] =>
    columns.map((name) => `${table}.${dialect.columnName({ name })}`);
  const [own, targets] = [named('child', key.columns), named('parent', key.targetColumns)];
  const found = (await trx
    .from({ child: key.table })
    .select(trx.raw('1'))
    .whereRaw(sql, bindings as Knex.RawBinding[])
    // A key with a NULL points nowhere.
    .whereRaw(own.map((name) => `${name} IS NOT NULL`).join(' AND '))
    .whereNotExists(
      trx
        .from({ parent: key.targetTable })
        .select(trx.raw('1'))
        .whereRaw(targets.map((name, index) => `${name} = ${own[index]}`).join(' AND ')),
    )
    .limit(1)) as unknown[];
  return found.length > 0;
}

/** Throws BrokenForeignKey if the operations leave a deferred foreign key without its target (R34). */
export async function assertDeferredKeys(
  trx: Knex,
  dialect: Dialect,
  catalog: ModelCatalog,
  operations: readonly Operation[],
): Promise<void> {
  for (const key of catalog.foreignKeys)
    if (key.isDeferred && key.targetColumns.length > 0)
      for (const suspects of suspectsOf(key, operations, catalog, dialect))
        if (await pointsToNothing(trx, dialect, key, suspects)) throw new BrokenForeignKey(key);
}
