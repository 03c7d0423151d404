/** External key mappings: (system, model, external key) → object. */
import type { Knex } from 'knex';
import type { ColumnInfo, Dialect, FixedColumns, ProbedRows, SqlFragment, UnchangedProbe } from '../database';
import { MAPPINGS, selectFrom, TIMESTAMP } from './tables';

export interface StoredMapping {
  readonly id: string;
  readonly systemId: number;
  readonly key: string;
  readonly objectId: string;
}

interface MappingRow {
  id: string | number;
  external_system_id: number;
  external_key: string;
  object_id: string;
}

const stored = (row: MappingRow): StoredMapping => ({
  id: String(row.id),
  systemId: Number(row.external_system_id),
  key: row.external_key,
  objectId: row.object_id,
});

const STORED_COLUMNS = ['id', 'external_system_id', 'external_key', 'object_id'] as const;

const prefixOf = (systemId: number, model: string): FixedColumns => [
  [MAPPINGS.systemId, systemId],
  [MAPPINGS.model, model],
];

const ofKeys = (knex: Knex, dialect: Dialect, systemId: number, model: string, keys: readonly string[]): SqlFragment =>
  dialect.prefixedCondition(knex, MAPPINGS.table, prefixOf(systemId, model), MAPPINGS.key, keys);

const ofObjects = (knex: Knex, dialect: Dialect, model: string, objectIds: readonly string[]): SqlFragment =>
  dialect.prefixedCondition(knex, MAPPINGS.table, [[MAPPINGS.model, model]], MAPPINGS.objectId, objectIds);

async function findStored(
  knex: Knex,
  dialect: Dialect,
  prefix: FixedColumns,
  column: ColumnInfo,
  values: readonly string[],
): Promise<StoredMapping[]> {
  const { table } = MAPPINGS;
  const select = (): SqlFragment => {
    const { sql, bindings } = dialect.prefixedCondition(knex, table, prefix, column, values);
    return { sql: `${selectFrom(dialect, table, STORED_COLUMNS)} WHERE ${sql}`, bindings };
  };
  const columns = STORED_COLUMNS.map((name) => dialect.columnName({ name }));
  const among = await dialect.selectAmong?.(knex, columns, table, prefix, column, values);
  const { sql, bindings } = among ?? select();
  return (await dialect.queryOf(knex)<MappingRow>(sql, bindings as Knex.RawBinding[])).map(stored);
}

/** The mappings of a system's keys on a model. Keys that are not mapped are missing. */
export async function findMappings(
  knex: Knex,
  dialect: Dialect,
  systemId: number,
  model: string,
  keys: readonly string[],
): Promise<StoredMapping[]> {
  if (keys.length === 0) return [];
  return findStored(knex, dialect, prefixOf(systemId, model), MAPPINGS.key, keys);
}

/** Whether any key of any system is mapped to an object of a model. The model itself may no longer exist. */
export const hasMappings = async (knex: Knex, model: string): Promise<boolean> =>
  (await knex(MAPPINGS.table).where({ model }).first('id')) !== undefined;

/** The mappings of all systems that point to objects of a model. */
export async function mappingsOfObjects(
  knex: Knex,
  dialect: Dialect,
  model: string,
  objectIds: readonly string[],
): Promise<StoredMapping[]> {
  if (objectIds.length === 0) return [];
  return findStored(knex, dialect, [[MAPPINGS.model, model]], MAPPINGS.objectId, objectIds);
}

/** For each key, the id of its mapped object if the object already has the values; otherwise null. */
export function findUnchangedObjects(
  knex: Knex,
  probe: UnchangedProbe,
  { systemId, model, ...rows }: Omit<ProbedRows, 'mappings'> & { readonly systemId: number; readonly model: string },
): Promise<(string | null)[]> {
  const { table, key, objectId } = MAPPINGS;
  return probe.find(knex, { ...rows, mappings: { table, prefix: prefixOf(systemId, model), key, objectId } });
}

/** Removes all mappings of all systems that point to the objects (R33). */
export async function deleteMappingsOfObjects(
  trx: Knex.Transaction,
  dialect: Dialect,
  model: string,
  objectIds: readonly string[],
): Promise<void> {
  if (objectIds.length === 0) return;
  const { sql, bindings } = ofObjects(trx, dialect, model, objectIds);
  await trx(MAPPINGS.table)
    .whereRaw(sql, bindings as Knex.RawBinding[])
    .delete();
}

export async function deleteMappings(trx: Knex.Transaction, dialect: Dialect, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const { sql, bindings } = dialect.tupleCondition(
    trx,
    [MAPPINGS.id],
    ids.map((id) => [Number(id)]),
  );
  await trx(MAPPINGS.table)
    .whereRaw(sql, bindings as Knex.RawBinding[])
    .delete();
}

export async function deleteMappingsOfKeys(
  trx: Knex.Transaction,
  dialect: Dialect,
  systemId: number,
  model: string,
  keys: readonly string[],
): Promise<void> {
  const { sql, bindings } = ofKeys(trx, dialect, systemId, model, keys);
  await trx(MAPPINGS.table)
    .whereRaw(sql, bindings as Knex.RawBinding[])
    .delete();
}

export async function insertMappings(
  trx: Knex.Transaction,
  dialect: Dialect,
  systemId: number,
  mappings: readonly { readonly model: string; readonly key: string; readonly objectId: string }[],
  now: string,
): Promise<void> {
  if (mappings.length === 0) return;
  const at = dialect.bind(TIMESTAMP, now);
  await dialect.insertRows(trx, {
    table: MAPPINGS.table,
    columns: [
      MAPPINGS.systemId,
      MAPPINGS.model,
      MAPPINGS.key,
      MAPPINGS.objectId,
      MAPPINGS.createdAt,
      MAPPINGS.updatedAt,
    ],
    values: [
      mappings.map(() => systemId),
      mappings.map(({ model }) => model),
      mappings.map(({ key }) => key),
      mappings.map(({ objectId }) => objectId),
      mappings.map(() => at),
      mappings.map(() => at),
    ],
    count: mappings.length,
    returning: [],
  });
}

/** Moves the mappings of all systems from some objects of a model to others. `moves`: new object ids by old ones. */
export async function moveMappings(
  trx: Knex.Transaction,
  dialect: Dialect,
  model: string,
  moves: ReadonlyMap<string, string>,
  now: string,
): Promise<void> {
  const found = await mappingsOfObjects(trx, dialect, model, [...moves.keys()]);
  const moved = found.map(({ id, objectId }) => ({ id, objectId: moves.get(objectId) ?? objectId }));
  await repointMappings(trx, dialect, moved, now);
}

/** Points stored mappings to other objects. */
export async function repointMappings(
  trx: Knex.Transaction,
  dialect: Dialect,
  mappings: readonly { readonly id: string; readonly objectId: string }[],
  now: string,
): Promise<void> {
  if (mappings.length === 0) return;
  const at = dialect.bind(TIMESTAMP, now);
  await dialect.updateRows(trx, {
    table: MAPPINGS.table,
    keys: [MAPPINGS.id],
    keyValues: [mappings.map(({ id }) => Number(id))],
    columns: [MAPPINGS.objectId, MAPPINGS.updatedAt],
    values: [mappings.map(({ objectId }) => objectId), mappings.map(() => at)],
    count: mappings.length,
  });
}
